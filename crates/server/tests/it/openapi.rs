//! The description of the API.

use std::collections::BTreeMap;

use carillon_server::cli;

use crate::support::TestApp;

#[tokio::test]
async fn the_document_is_what_the_command_prints() {
    let served = TestApp::new().await.get("/api/openapi.json").await;
    let mut printed = Vec::new();
    let args = ["carillon", "openapi"].map(Into::into);
    cli::main(args, BTreeMap::new(), &mut std::io::empty(), &mut printed).expect("prints");
    assert_eq!(served.bytes(), printed);
    assert_eq!(served.json()["openapi"], "3.1.0");
    insta::assert_snapshot!("openapi", served.text());
}
