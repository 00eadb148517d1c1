//! The part of a Bluesky server that takes posts: records at addresses that the client chooses.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Deserialize;
use serde_json::{Value, json};

/// Input of `com.atproto.repo.putRecord`, of a record that must not be there yet.
#[derive(Deserialize)]
pub struct Put {
    repo: String,
    rkey: String,
    pub record: Value,
}

/// Reads a call's body.
pub fn put_of(body: &[u8]) -> Option<Put> {
    serde_json::from_slice(body).ok()
}

/// All records, by repository and key.
#[derive(Default)]
pub struct Records(HashMap<(String, String), Value>);

impl Records {
    /// Writes a record, and says whether it is new; an equal one may be there.
    pub fn put(&mut self, put: Put) -> Result<(Value, bool), Value> {
        let written = written(&put.repo, &put.rkey);
        match self.0.entry((put.repo, put.rkey)) {
            Entry::Vacant(place) => {
                place.insert(put.record);
                Ok((written, true))
            }
            Entry::Occupied(there) if *there.get() == put.record => Ok((written, false)),
            Entry::Occupied(_) => Err(json!({"error": "InvalidSwap", "message": "Record is there"})),
        }
    }

    /// What `GET /xrpc/com.atproto.repo.getRecord?repo=…&collection=…&rkey=…` answers.
    pub fn get(&self, request: &str) -> Result<Value, Value> {
        let query = request.split_once('?').map_or("", |(_, query)| query);
        let query = query.split(' ').next().unwrap_or_default();
        let value = |name: &str| {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
            found.map_or_else(String::new, |(_, value)| value.into_owned())
        };
        let (repo, rkey) = (value("repo"), value("rkey"));
        let mut answer = written(&repo, &rkey);
        let Some(record) = self.0.get(&(repo, rkey)) else {
            return Err(json!({"error": "RecordNotFound", "message": "Could not locate record"}));
        };
        answer["value"] = record.clone();
        Ok(answer)
    }
}

fn written(repo: &str, rkey: &str) -> Value {
    json!({"uri": format!("at://{repo}/app.bsky.feed.post/{rkey}"), "cid": format!("bafyrei{rkey}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(text: &str) -> Put {
        let body = json!({"repo": "did:plc:a", "rkey": "k", "record": {"text": text}, "swapRecord": null});
        put_of(body.to_string().as_bytes()).expect("a record")
    }

    #[test]
    fn an_address_takes_one_record() {
        let mut records = Records::default();
        let ask = "GET /xrpc/com.atproto.repo.getRecord?repo=did%3Aplc%3Aa&collection=app.bsky.feed.post&rkey=k HTTP/1.1";
        assert_eq!(records.get(ask).expect_err("nothing is there")["error"], "RecordNotFound");
        let (first, new) = records.put(put("one")).expect("written");
        assert_eq!((first["uri"].as_str(), new), (Some("at://did:plc:a/app.bsky.feed.post/k"), true));
        assert_eq!(records.put(put("one")).expect("the same"), (first, false));
        assert_eq!(records.put(put("two")).expect_err("it is taken")["error"], "InvalidSwap");
        assert_eq!(records.get(ask).expect("it is there")["value"]["text"], "one");
    }
}
