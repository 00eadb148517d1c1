//! Finding parts of a page as people do, by what they are and how they are called, and using them.

use std::path::Path;

use serde_json::{Value, json};

use super::chromium::{LOOK, PATIENCE};
use super::page::Page;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub enum Find<'a> {
    /// By selector; must be visible.
    Css(&'a str),
    /// By role and name in the accessibility tree.
    Role(&'a str, &'a str),
}

impl<'a> From<&'a str> for Find<'a> {
    fn from(selector: &'a str) -> Self {
        Self::Css(selector)
    }
}

impl<'a> From<&'a String> for Find<'a> {
    fn from(selector: &'a String) -> Self {
        Self::Css(selector)
    }
}

impl<'a> From<(&'a str, &'a str)> for Find<'a> {
    fn from((role, name): (&'a str, &'a str)) -> Self {
        Self::Role(role, name)
    }
}

/// Scrolls to the element and says where to press it, once it stays where it is and nothing lies on it. A part of the page may
/// be renewed before the mouse is there: then the press reaches nothing else, and `pressed` stays unset.
const PLACE: &str = "async function () {
  this.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const box = () => this.getClientRects()[0];
  const before = box();
  await new Promise((done) => setTimeout(done, 40));
  const after = box();
  if (!before || !after || before.x !== after.x || before.y !== after.y) return { trouble: 'it moves' };
  if (this.disabled) return { trouble: 'it is disabled' };
  const x = after.x + after.width / 2;
  const y = after.y + after.height / 2;
  const labels = [...(this.labels ?? [])];
  const fits = (hit) =>
    hit && (this.contains(hit) || hit.contains(this) || labels.some((label) => label.contains(hit)));
  const hit = document.elementFromPoint(x, y);
  if (!fits(hit)) return { trouble: `${hit?.outerHTML.slice(0, 120)} lies on it` };
  this.pressed = false;
  window.watchPress?.abort();
  window.watchPress = new AbortController();
  const watch = (event) => {
    if (!fits(document.elementFromPoint(x, y)) || !fits(event.target)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.type === 'click') {
      this.pressed = true;
    }
  };
  for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
    window.addEventListener(type, watch, { capture: true, signal: window.watchPress.signal });
  }
  return { x, y };
}";

/// Whether the press reached the element.
const PRESSED: &str = "function () {
  window.watchPress?.abort();
  return this.pressed;
}";

/// Puts a value into a field that is not typed into, as a picker does.
const PUT: &str = "function (value) {
  this.focus();
  this.value = value;
  this.dispatchEvent(new Event('input', { bubbles: true }));
  this.dispatchEvent(new Event('change', { bubbles: true }));
}";

impl Page {
    /// The one element that fits, as an object of the page; waits for it.
    pub async fn find<'a>(&self, what: impl Into<Find<'a>>) -> String {
        let what = what.into();
        let mut last = "nothing fits".to_owned();
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            let found = match what {
                Find::Css(selector) => self.by_selector(selector).await,
                Find::Role(role, name) => self.by_role(role, name).await,
            };
            match found.map(|mut found| (found.pop(), found.len())) {
                Ok((Some(object), 0)) => return object,
                Ok((None, _)) => last = "nothing fits".to_owned(),
                Ok((Some(_), more)) => last = format!("{} elements fit", more + 1),
                Err(error) => last = error,
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{what:?}: {last} at {}", self.shown().await);
    }

    async fn by_selector(&self, selector: &str) -> Result<Vec<String>, String> {
        let expression = format!(
            "document.readyState === 'complete' \
             ? [...document.querySelectorAll({})].filter((e) => e.checkVisibility()) : []",
            json!(selector)
        );
        let answer = self.try_command("Runtime.evaluate", json!({ "expression": expression })).await?;
        let Some(list) = answer.pointer("/result/objectId").and_then(Value::as_str) else {
            return Err(answer.to_string());
        };
        let params = json!({ "objectId": list, "ownProperties": true });
        let listed = self.try_command("Runtime.getProperties", params).await?;
        let properties = listed["result"].as_array().into_iter().flatten();
        let objects = properties
            .filter(|p| p["name"].as_str().is_some_and(|name| name.parse::<usize>().is_ok()))
            .filter_map(|p| p.pointer("/value/objectId").and_then(Value::as_str));
        Ok(objects.map(str::to_owned).collect())
    }

    async fn by_role(&self, role: &str, name: &str) -> Result<Vec<String>, String> {
        let expression = "document.readyState === 'complete' ? document : null";
        let answer = self.try_command("Runtime.evaluate", json!({ "expression": expression })).await?;
        let Some(document) = answer.pointer("/result/objectId").and_then(Value::as_str) else {
            return Ok(Vec::new());
        };
        let query = json!({ "objectId": document, "role": role, "accessibleName": name });
        let answer = self.try_command("Accessibility.queryAXTree", query).await?;
        let mut found = Vec::new();
        for node in answer["nodes"].as_array().into_iter().flatten() {
            if node["ignored"] == true {
                continue;
            }
            let resolved = json!({ "backendNodeId": node["backendDOMNodeId"] });
            let object = self.try_command("DOM.resolveNode", resolved).await?;
            found.extend(object.pointer("/object/objectId").and_then(Value::as_str).map(str::to_owned));
        }
        Ok(found)
    }

    /// Whether something fits right now.
    pub async fn has<'a>(&self, what: impl Into<Find<'a>>) -> bool {
        let found = match what.into() {
            Find::Css(selector) => self.by_selector(selector).await,
            Find::Role(role, name) => self.by_role(role, name).await,
        };
        !found.expect("a page").is_empty()
    }

    /// Presses it with the mouse.
    pub async fn click<'a>(&self, what: impl Into<Find<'a>>) {
        let what = what.into();
        let mut last = String::new();
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            let object = self.find(what).await;
            match self.call(&object, PLACE, &[]).await {
                Ok(place) if place["trouble"].is_null() => {
                    self.press_at(&place).await;
                    match self.call(&object, PRESSED, &[]).await {
                        Ok(Value::Bool(false)) => last = "it was moved away under the mouse".to_owned(),
                        // Pressed, or the page is on its way already.
                        Ok(_) | Err(_) => return,
                    }
                }
                Ok(place) => last = place["trouble"].to_string(),
                Err(error) => last = error,
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{what:?} can't be pressed: {last}");
    }

    async fn press_at(&self, place: &Value) {
        let event = |kind: &str, buttons: u8| {
            json!({ "type": kind, "x": place["x"], "y": place["y"], "button": "left", "buttons": buttons,
                "clickCount": 1 })
        };
        let moved = json!({ "type": "mouseMoved", "x": place["x"], "y": place["y"] });
        self.command("Input.dispatchMouseEvent", moved).await;
        self.command("Input.dispatchMouseEvent", event("mousePressed", 1)).await;
        // The page may be on its way already.
        let _ = self.try_command("Input.dispatchMouseEvent", event("mouseReleased", 0)).await;
    }

    /// Replaces the text of a field by typing.
    pub async fn fill<'a>(&self, what: impl Into<Find<'a>>, text: &str) {
        let object = self.find(what).await;
        self.call(&object, "function () { this.focus(); this.select(); }", &[]).await.expect("a field");
        if text.is_empty() {
            self.press("Delete").await;
        } else {
            self.type_text(text).await;
        }
        let value = self.call(&object, "function () { return this.value; }", &[]).await.expect("a field");
        assert_eq!(value, text, "what was typed is there");
    }

    /// Sets a field that is picked rather than typed: dates and choices.
    pub async fn put<'a>(&self, what: impl Into<Find<'a>>, value: &str) {
        let object = self.find(what).await;
        self.call(&object, PUT, &[json!(value)]).await.expect("a field");
    }

    /// The value of a field.
    pub async fn value<'a>(&self, what: impl Into<Find<'a>>) -> String {
        let object = self.find(what).await;
        let value = self.call(&object, "function () { return this.value; }", &[]).await.expect("a field");
        value.as_str().expect("text").to_owned()
    }

    /// Types into what has the focus.
    pub async fn type_text(&self, text: &str) {
        self.command("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses a key and lets it go.
    pub async fn press(&self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            " " => (32, " "),
            "Delete" => (46, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            "m" => (77, "m"),
            other => panic!("{other} is not on this keyboard"),
        };
        let named = match key {
            " " => "Space",
            "m" => "KeyM",
            named => named,
        };
        let down = json!({ "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": key, "code": named,
            "windowsVirtualKeyCode": code, "text": text });
        self.command("Input.dispatchKeyEvent", down).await;
        let up = json!({ "type": "keyUp", "key": key, "code": named, "windowsVirtualKeyCode": code });
        let _ = self.try_command("Input.dispatchKeyEvent", up).await;
    }

    /// Strikes a key that writes a character; with modifiers, as the protocol counts them (2 is Control), it writes none.
    pub async fn strike(&self, key: &str, modifiers: u8) {
        let text = if modifiers == 0 { key } else { "" };
        let kind = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let down = json!({ "type": kind, "key": key, "modifiers": modifiers, "text": text });
        self.command("Input.dispatchKeyEvent", down).await;
        let up = json!({ "type": "keyUp", "key": key, "modifiers": modifiers });
        let _ = self.try_command("Input.dispatchKeyEvent", up).await;
    }

    /// Chooses files in a field for files, which may be hidden behind its label.
    pub async fn choose_files(&self, selector: &str, files: &[&Path]) {
        let expression = format!("document.querySelector({})", json!(selector));
        let answer = self.command("Runtime.evaluate", json!({ "expression": expression })).await;
        let field = answer.pointer("/result/objectId").and_then(Value::as_str);
        let field = field.unwrap_or_else(|| panic!("no field {selector}"));
        self.command("DOM.setFileInputFiles", json!({ "files": files, "objectId": field })).await;
    }
}
