//! A tab: where it is, what it shows, what it complained about.

use std::sync::{Mutex, PoisonError};

use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EventConsoleApiCalled, EventExceptionThrown,
};
use chromiumoxide::listeners::EventStream;
use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};

use super::chromium::{LOOK, PATIENCE, Raw};

/// A tab or window.
pub struct Page {
    tab: chromiumoxide::Page,
    complaints: Mutex<Complaints>,
}

struct Complaints {
    console: EventStream<EventConsoleApiCalled>,
    thrown: EventStream<EventExceptionThrown>,
    log: EventStream<EventEntryAdded>,
    found: Vec<String>,
    expected: Vec<&'static str>,
}

impl Page {
    /// Takes a tab and notes what it complains about from now on, and what its log holds already.
    pub async fn watch(tab: chromiumoxide::Page) -> Self {
        let complaints = Complaints {
            console: tab.event_listener().await.expect("events"),
            thrown: tab.event_listener().await.expect("events"),
            log: tab.event_listener().await.expect("events"),
            found: Vec::new(),
            expected: Vec::new(),
        };
        let page = Self { tab, complaints: Mutex::new(complaints) };
        // A window that closes itself at once can't answer any more.
        for method in ["Log.disable", "Log.enable"] {
            let _ = page.try_command(method, json!({})).await;
        }
        let _ = page.try_command("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        page
    }

    /// Names the tab.
    pub fn id(&self) -> &str {
        self.tab.target_id().inner()
    }

    /// Sends a command.
    pub async fn command(&self, method: &'static str, params: Value) -> Value {
        self.try_command(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends a command that may fail.
    pub async fn try_command(&self, method: &'static str, params: Value) -> Result<Value, String> {
        let answer = self.tab.execute(Raw { method, params }).await;
        answer.map(|answer| answer.result).map_err(|error| error.to_string())
    }

    /// Opens an address and waits until it is there.
    pub async fn goto(&self, url: &str) {
        // The library's own way counts frames and their loads, and sometimes waits for one that was never begun.
        self.js(&format!("window.isLeft = true, location.assign({}), 0", json!(url))).await;
        self.wait(&format!("opening {url}"), "!window.isLeft").await;
    }

    /// Where it is.
    pub async fn address(&self) -> String {
        self.js("location.href").await.as_str().expect("an address").to_owned()
    }

    /// Waits until the path of the address contains this, and the page is loaded.
    pub async fn arrive(&self, at: &str) {
        self.wait(&format!("arriving at {at}"), &format!("location.href.includes({})", json!(at))).await;
    }

    /// What an expression gives, promises awaited. A page that is just being left is waited for.
    pub async fn js(&self, expression: &str) -> Value {
        let mut last = String::new();
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            match self.evaluate(expression).await {
                Ok(value) => return value,
                Err(error) if is_leaving(&error) => last = error,
                Err(error) => panic!("{expression}: {error}"),
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{expression}: {last}");
    }

    async fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        outcome(self.try_command("Runtime.evaluate", params).await?)
    }

    /// Calls a function with an object of the page as `this`.
    pub async fn call(&self, object: &str, function: &str, arguments: &[Value]) -> Result<Value, String> {
        let arguments: Vec<Value> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let params = json!({ "objectId": object, "functionDeclaration": function, "arguments": arguments,
            "returnByValue": true, "awaitPromise": true });
        outcome(self.try_command("Runtime.callFunctionOn", params).await?)
    }

    /// Waits until an expression is true on a page that is loaded, and gives its value; `true` for an element, which can't leave the page.
    pub async fn wait(&self, what: &str, expression: &str) -> Value {
        let plain = "(found) => found instanceof Node ? true : found";
        let ready = format!("document.readyState === 'complete' && ({plain})({expression})");
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            match self.evaluate(&ready).await {
                Ok(Value::Null | Value::Bool(false)) => {}
                Ok(value) => return value,
                Err(error) if is_leaving(&error) => {}
                Err(error) => panic!("{what}: {expression}: {error}"),
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{what}: not so after {PATIENCE:?} at {}", self.shown().await);
    }

    /// Waits until the page shows this text.
    pub async fn reads(&self, text: &str) {
        let shows = format!("document.body.innerText.includes({})", json!(text));
        self.wait(&format!("reading “{text}”"), &shows).await;
    }

    /// Address and text, for failures.
    pub async fn shown(&self) -> String {
        let expression = "`${location.href}\n${document.body?.innerText.slice(0, 3000)}`";
        match self.evaluate(expression).await {
            Ok(value) => value.as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("a page that does not answer: {error}"),
        }
    }

    /// A size in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.command("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// What the system prefers: a dark or light look, and nothing that moves.
    pub async fn prefer(&self, look: &str) {
        self.show("", look).await;
    }

    /// As it would be printed, by somebody who prefers this look.
    pub async fn on_paper(&self, look: &str) {
        self.show("print", look).await;
    }

    async fn show(&self, media: &str, look: &str) {
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = [feature("prefers-color-scheme", look), feature("prefers-reduced-motion", "reduce")];
        self.command("Emulation.setEmulatedMedia", json!({ "media": media, "features": features })).await;
    }

    /// Complaints with this text belong to the flow: Chromium notes every answer that is an error.
    pub fn expect_complaint(&self, text: &'static str) {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).expected.push(text);
    }

    /// What it complained about so far.
    pub async fn complaints(&self) -> Vec<String> {
        // Events arrive before the answer to a later command, but may be handed on after it.
        for _ in 0..2 {
            let _ = self.evaluate("1").await;
        }
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).drain()
    }
}

impl Complaints {
    fn drain(&mut self) -> Vec<String> {
        while let Some(Some(event)) = self.console.next().now_or_never() {
            if matches!(event.r#type, ConsoleApiCalledType::Error | ConsoleApiCalledType::Assert) {
                let said: Vec<String> =
                    event.args.iter().map(|a| json!([a.value, a.description]).to_string()).collect();
                self.found.push(format!("console: {}", said.join(" ")));
            }
        }
        while let Some(Some(event)) = self.thrown.next().now_or_never() {
            let details = &event.exception_details;
            let cause = details.exception.as_ref().and_then(|e| e.description.clone());
            self.found.push(format!("thrown: {} {}", details.text, cause.unwrap_or_default()));
        }
        while let Some(Some(event)) = self.log.next().now_or_never() {
            let entry = &event.entry;
            if entry.level == LogEntryLevel::Error {
                self.found.push(format!("log: {} {}", entry.text, entry.url.as_deref().unwrap_or_default()));
            }
        }
        let expected = &self.expected;
        self.found.retain(|found| !expected.iter().any(|text| found.contains(text)));
        self.found.clone()
    }
}

fn outcome(answer: Value) -> Result<Value, String> {
    if let Some(thrown) = answer.get("exceptionDetails") {
        let text = thrown.pointer("/exception/description").or_else(|| thrown.get("text"));
        return Err(text.and_then(Value::as_str).unwrap_or("thrown").to_owned());
    }
    Ok(answer.pointer("/result/value").cloned().unwrap_or_default())
}

/// The page that was asked is being replaced by the next one, or has no time for an answer.
fn is_leaving(error: &str) -> bool {
    [
        "Cannot find",
        "Request timed out",
        "navigated or closed",
        "Execution context",
        "context was destroyed",
        "uniqueContextId not found",
    ]
    .iter()
    .any(|text| error.contains(text))
}
