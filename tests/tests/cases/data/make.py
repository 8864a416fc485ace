"""Makes rsa.json: RSA keys and tokens that no common library makes. Needs pyca/cryptography; the private keys are forgotten."""
import base64, hashlib, json, math, os, random, sys
from cryptography.hazmat.primitives.asymmetric import rsa

NOW = 1_800_000_000
b64 = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
num = lambda n, length=None: b64(n.to_bytes(length or (n.bit_length() + 7) // 8, "big"))
claims = {"iss": "https://login.example.com", "aud": "https://guarded.example.com", "sub": "canary-subject",
          "exp": NOW + 300, "iat": NOW}

def jwk(n, e, kid, alg):
    return {"kty": "RSA", "kid": kid, "alg": alg, "use": "sig", "n": num(n), "e": num(e)}

def signing_input(kid, alg):
    part = lambda value: b64(json.dumps(value, separators=(",", ":")).encode())
    return part({"alg": alg, "kid": kid, "typ": "at+jwt"}) + "." + part(claims)

SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")

def pkcs1(message, length, prefix=b"\x00\x01", fill=b"\xff", between=b"\x00", info=SHA256, after=b""):
    tail = between + info + hashlib.sha256(message).digest() + after
    return prefix + fill * (length - len(prefix) - len(tail)) + tail

def mgf1(seed, length):
    return b"".join(hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range(length // 32 + 1))[:length]

def pss(message, bits, salt=32, trailer=0xBC, one=1, zeros=b"\x00", hash_flip=0, mgf=mgf1):
    length = (bits - 1 + 7) // 8
    digest = hashlib.sha256(message).digest()
    salt = os.urandom(salt)
    h = hashlib.sha256(b"\0" * 8 + digest + salt).digest()
    padding = zeros * (length - len(salt) - 32 - 2)
    db = padding + bytes([one]) + salt
    masked = bytearray(a ^ b for a, b in zip(db, mgf(h, len(db))))
    masked[0] &= 0xFF >> (8 * length - (bits - 1))
    h = bytes([h[0] ^ hash_flip]) + h[1:]
    return bytes(masked) + h + bytes([trailer])

def raw(key, em):
    private = key.private_numbers()
    n = private.public_numbers.n
    return pow(int.from_bytes(em, "big"), private.d, n).to_bytes((n.bit_length() + 7) // 8, "big")

def token(key, kid, alg, em_of):
    text = signing_input(kid, alg)
    return text + "." + b64(raw(key, em_of(text.encode())))

def n_of(key): return key.public_key().public_numbers().n
def is_prime(n):
    d, s = n - 1, 0
    while d % 2 == 0: d //= 2; s += 1
    for _ in range(24):
        x = pow(random.randrange(2, n - 1), d, n)
        if x in (1, n - 1): continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1: break
        else: return False
    return True

def primes(count):
    found, n = [], 2
    while len(found) < count:
        if all(n % p for p in found): found.append(n)
        n += 1
    return found

def roca():
    m = math.prod(primes(126))
    def prime():
        while True:
            p = random.getrandbits(1024 - m.bit_length() + 1) * m + pow(65537, random.getrandbits(256), m)
            if p.bit_length() == 1024 and p >> 1022 == 3 and is_prime(p): return p
    p, q = prime(), prime()
    return p * q, pow(65537, -1, (p - 1) * (q - 1))

out = {}
size = lambda bits: rsa.generate_private_key(public_exponent=65537, key_size=bits)

for bits in (1024, 2048, 4096, 8192):
    key = size(bits); n = n_of(key)
    out[str(bits)] = {"jwk": jwk(n, 65537, "canary-rsa", "RS256"),
                      "token": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, bits // 8))}
# 2047 bits: by hand.
while True:
    p, q = size(2048).private_numbers().p, size(2046).private_numbers().q
    if (p * q).bit_length() == 2047: break
n, d = p * q, pow(65537, -1, (p - 1) * (q - 1))
text = signing_input("canary-rsa", "RS256")
out["2047"] = {"jwk": jwk(n, 65537, "canary-rsa", "RS256"), "token": text + "." + num(pow(int.from_bytes(pkcs1(text.encode(), 256), "big"), d, n), 256)}
n, d = roca()
assert n.bit_length() == 2048
out["roca"] = {"jwk": jwk(n, 65537, "canary-rsa", "RS256"), "token": text + "." + num(pow(int.from_bytes(pkcs1(text.encode(), 256), "big"), d, n), 256)}
key = size(2048); n = n_of(key)
out["pss"] = {"jwk": jwk(n, 65537, "canary-rsa", "PS256"), "tokens": {
    **{f"salt of {salt} bytes": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, salt=salt)) for salt in (0, 1, 20, 31, 32, 33, 48, 64, 222)},
    "another trailer": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, trailer=0xCC)),
    "no one before the salt": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, one=2)),
    "no zeros before the salt": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, zeros=b"\xff")),
    "another hash": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, hash_flip=1)),
    "another mask": token(key, "canary-rsa", "PS256", lambda m: pss(m, 2048, mgf=lambda seed, length: b"\0" * length)),
}}
key = size(2048); n = n_of(key)
out["pkcs1"] = {"jwk": jwk(n, 65537, "canary-rsa", "RS256"), "tokens": {
    "well-formed": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256)),
    "type 2": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, prefix=b"\0\2")),
    "type 0": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, prefix=b"\0\0")),
    "padding of other bytes": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, fill=b"\xfe")),
    "no zero after the padding": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, between=b"")),
    "bytes after the hash": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, after=b"\0" * 8)),
    "short padding and bytes after the hash": token(key, "canary-rsa", "RS256", lambda m: (pkcs1(m, 62) + os.urandom(194))),
    "no parameters in the digest info": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, info=bytes.fromhex("302f300b0609608648016503040201") + bytes.fromhex("0420"))),
    "no digest info": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, info=b"")),
    "the digest info of SHA-384": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256, info=bytes.fromhex("3031300d060960864801650304020205000420"))),
}}
key = rsa.generate_private_key(public_exponent=3, key_size=2048)
# The cube root of a padded hash with anything after it (CVE-2006-4339).
head = pkcs1(text.encode(), 62)
low, root, top = int.from_bytes(head + bytes(194), "big"), 0, 1 << 700
while root < top:
    middle = (root + top) // 2
    root, top = (middle + 1, top) if middle ** 3 < low else (root, middle)
assert (root ** 3).to_bytes(256, "big").startswith(head)
out["exponent 3"] = {
    "jwk": jwk(n_of(key), 3, "canary-rsa", "RS256"),
    "token": token(key, "canary-rsa", "RS256", lambda m: pkcs1(m, 256)),
    "forged": text + "." + num(root, 256),
}
json.dump(out, open(sys.argv[1], "w"), indent=1)
