//! The page, and what its reader does and sees.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::{Issuer, TestClock};
use oauth2_guard_browser_tests::browser::Browser;
use oauth2_guard_examples::quickstart::api;
use oauth2_guard_examples::quickstart::playground::{self, local::Local};
use oauth2_guard_examples::serve_on;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const SPACE: &str = " ";

pub(crate) struct Playground<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) clock: TestClock,
    pub(crate) url: String,
}

impl<'a> Playground<'a> {
    /// Of a program of its own.
    pub(crate) async fn visit(browser: &'a Browser) -> Self {
        let clock = TestClock::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let local = Local::of(address);
        let issuer = Issuer::builder().clock(clock.clone()).start().await.expect("an issuer");
        let provider = issuer.provider().leeway(Duration::ZERO);
        let builder = ResourceServer::builder().clock(clock.clone()).provider(provider);
        let server = builder.clone().build().await.expect("a server");
        let verbose = builder.verbose().build().await.expect("a server");
        let api = api::protected(&server, local.origins()).expect("an API");
        let app = playground::beside(api, Arc::new(issuer), verbose, &local).expect("a page");
        serve_on(listener, app);

        let url = format!("http://{address}");
        browser.visit(&url).await;
        let page = Self { browser, clock, url };
        page.until("document.querySelector('#routes li')").await;
        page
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.browser.resize(width, height).await;
    }

    /// Waits until this expression is true in the page.
    pub(crate) async fn until(&self, condition: &str) {
        let script = format!(
            "return new Promise((done) => {{ const look = () => ({condition}) ? done() : requestAnimationFrame(look); look() }})"
        );
        self.browser.run(&script, []).await;
    }

    /// What has the focus, by its label. Fails unless that can be seen.
    pub(crate) async fn focused(&self) -> String {
        let script = "const { activeElement: it } = document;
            if (it === document.body) return '';
            const style = getComputedStyle(it);
            if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return `no outline: ${it.outerHTML}`;
            const label = it.getAttribute('aria-label') ?? it.labels?.[0]?.firstChild.textContent.trim();
            return label || it.labels?.[0]?.textContent.trim() || it.textContent.trim()";
        self.browser.run(script, []).await.as_str().unwrap_or_default().to_owned()
    }

    /// A click on what this selects.
    pub(crate) async fn press_button(&self, selector: &str) {
        self.browser.run("document.querySelector(arguments[0]).click()", [selector.into()]).await;
    }

    /// Chooses these values, by the names of their fields, and mints a token.
    pub(crate) async fn mint(&self, claims: Value) {
        let script = "const form = document.querySelector('#claims');
            form.reset();
            for (const [name, value] of Object.entries(arguments[0])) {
                for (const field of form.querySelectorAll(`[name=${name}]`)) {
                    if (field.type === 'checkbox') field.checked = value.includes(field.value); else field.value = value;
                }
            }
            document.querySelector('#token').textContent = '';
            form.requestSubmit()";
        self.browser.run(script, [claims]).await;
        self.until("document.querySelector('#token').textContent").await;
    }

    pub(crate) async fn claims(&self) -> Value {
        self.browser.run("return JSON.parse(document.querySelector('#says').textContent)", []).await
    }

    pub(crate) async fn standing(&self) -> String {
        let text = self.browser.run("return document.querySelector('#standing').textContent", []).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The selector of a route's button.
    pub(crate) fn button(&self, route: &str) -> String {
        format!("button[aria-label$=\" {route}\"]")
    }

    /// Whether the token gets there, as the page says.
    pub(crate) async fn reach(&self, route: &str) -> String {
        let script =
            "return document.querySelector(arguments[0]).closest('li').querySelector('.reach').textContent";
        let text = self.browser.run(script, [self.button(route).into()]).await;
        text.as_str().unwrap_or_default().trim_start_matches("reached: ").to_owned()
    }

    /// Calls a route, and gives what the page shows of the answer.
    pub(crate) async fn call(&self, route: &str) -> Value {
        let forget =
            "document.querySelector(arguments[0]).closest('li').querySelector('.status').textContent = ''";
        self.browser.run(forget, [self.button(route).into()]).await;
        self.press_button(&self.button(route)).await;
        self.answer(route).await
    }

    /// What the page shows of the answer, once there is one.
    pub(crate) async fn answer(&self, route: &str) -> Value {
        let item = format!("document.querySelector({}).closest('li')", json!(self.button(route)));
        self.until(&format!("{item}.querySelector('.status').textContent")).await;
        let script = format!(
            "const item = {item};
            const entries = Array.from(item.querySelectorAll('dt'), (name) => [name.textContent, name.nextSibling.textContent]);
            return {{ status: item.querySelector('.status').textContent, ...Object.fromEntries(entries) }}"
        );
        self.browser.run(&script, []).await
    }

    /// Waits until the last line of the WebSocket's log is this.
    pub(crate) async fn logs(&self, text: &str) {
        let last = "document.querySelector('.log li:last-child span')?.textContent";
        self.until(&format!("{last} === {}", json!(text))).await;
    }
}
