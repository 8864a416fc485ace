//! WebDriver (<https://www.w3.org/TR/webdriver2/>), as much of it as is needed.

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A browser that a driver started.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    driver: String,
    url: String,
}

impl Session {
    /// Starts a browser, with these capabilities.
    pub(crate) async fn start(driver: &str, capabilities: &Value) -> Result<Self, String> {
        let client =
            Client::builder().no_proxy().tls_certs_only([]).build().map_err(|error| error.to_string())?;
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let started = send(&client, Method::POST, &format!("{driver}/session"), Some(&body)).await?;
        let id = started.get("sessionId").and_then(Value::as_str).ok_or("a session without an ID")?;
        Ok(Self { client, driver: driver.to_owned(), url: format!("{driver}/session/{id}") })
    }

    /// `POST`s a command, and gives what it returns.
    pub(crate) async fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        send(&self.client, Method::POST, &format!("{}/{command}", self.url), Some(body)).await
    }

    /// The same for the commands that only ask.
    pub(crate) async fn get(&self, command: &str) -> Result<Value, String> {
        send(&self.client, Method::GET, &format!("{}/{command}", self.url), None).await
    }

    /// Ends the browser, and its driver.
    pub(crate) async fn shut_down(self) -> Result<(), String> {
        send(&self.client, Method::DELETE, &self.url, None).await?;
        // This command is chromedriver's own.
        send(&self.client, Method::GET, &format!("{}/shutdown", self.driver), None).await?;
        Ok(())
    }
}

async fn send(client: &Client, method: Method, url: &str, body: Option<&Value>) -> Result<Value, String> {
    let mut request = client.request(method, url);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.map_err(|error| format!("{url}: {error}"))?;
    let succeeded = answer.status().is_success();
    let text = answer.text().await.map_err(|error| format!("{url}: {error}"))?;
    let mut answer: Value = serde_json::from_str(&text).map_err(|error| format!("{url}: {error}: {text}"))?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    if succeeded {
        return Ok(value);
    }
    let of = |member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default();
    Err(format!("{}: {}", of("error"), of("message")))
}
