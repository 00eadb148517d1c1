//! Settings, as an operator meets them.

use std::collections::BTreeMap;
use std::io::Write;

use carillon_server::cli::{self, CliError};
use carillon_server::settings::{Settings, SettingsError, Sources};

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::with_suffix(".toml").expect("file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

fn from_file(text: &str) -> Result<Settings, SettingsError> {
    let file = file(text);
    Settings::load(&Sources { file: Some(file.path().into()), ..Sources::default() })
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let file = file("[server]\nlisten = \"127.0.0.1:1\"\ndata = \"/from/file\"\ntrust_proxy = true\n");
    let settings = Settings::load(&Sources {
        file: Some(file.path().into()),
        env: env(&[("CARILLON_SERVER__LISTEN", "127.0.0.1:2"), ("CARILLON_SERVER__DATA", "/from/env")]),
        flags: vec![("server.listen", "127.0.0.1:3".into())],
        ..Sources::default()
    })
    .expect("settings");
    assert_eq!(settings.server.listen.port(), 3);
    assert_eq!(settings.server.data.to_str(), Some("/from/env"));
    assert!(settings.server.trust_proxy);
    assert_eq!(settings.limits.requests_per_minute.get(), 300);
}

#[test]
fn unknown_settings_are_named_wherever_they_are_written() {
    let in_file = from_file("[server]\nlissten = \"x\"\n").expect_err("unknown").to_string();
    assert!(in_file.contains("`server.lissten`") && in_file.contains("listen"), "{in_file}");
    let section = from_file("[sever]\nlisten = \"x\"\n").expect_err("unknown").to_string();
    assert!(section.contains("`sever`"), "{section}");
    let variables = env(&[("CARILLON_SERVER__LISSTEN", "x")]);
    let in_env =
        Settings::load(&Sources { env: variables, ..Sources::default() }).expect_err("unknown").to_string();
    assert!(in_env.contains("`server.lissten`") && in_env.contains("environment"), "{in_env}");
}

#[test]
fn impossible_values_are_named_with_what_would_fit() {
    for (text, setting, hint) in [
        ("[server]\nlisten = \"8080\"\n", "server.listen", "127.0.0.1:8080"),
        ("[server]\npublic_url = \"carillon.example.com/app\"\n", "server.public_url", "https://"),
        ("[server]\ntrust_proxy = \"perhaps\"\n", "server.trust_proxy", "boolean"),
        ("[limits]\nrequests_per_minute = 0\n", "limits.requests_per_minute", "nonzero"),
        ("[egress]\nallow = [\"10.0.0.0/99\"]\n", "egress.allow", "10.0.0.0/8"),
        ("[log]\nformat = \"xml\"\n", "log.format", "json"),
    ] {
        let error = from_file(text).expect_err(setting).to_string();
        assert!(error.contains(&format!("`{setting}`")) && error.contains(hint), "{setting}: {error}");
    }
}

#[test]
fn a_listener_on_all_addresses_is_linked_to_by_one_that_works() {
    for (listen, url) in [
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("192.168.1.5:8080", "http://192.168.1.5:8080"),
    ] {
        let flags = vec![("server.listen", listen.to_owned())];
        let settings = Settings::load(&Sources { flags, ..Sources::default() }).expect("settings");
        assert_eq!(settings.public_url(), url);
        assert!(settings.is_insecure(), "{listen} is reached from elsewhere");
    }
}

/// Runs the program until it refuses; its exit code and what it says.
fn refused(args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(args)
        .args(["--listen", "127.0.0.1:0"])
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert!(output.stdout.is_empty(), "it is not ready");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_malformed_key_or_database_address_is_a_wrong_setting() {
    for key in ["not-a-key", "5a5a", "zz"] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["config", "print"]] {
            let folder = tempfile::tempdir().expect("a folder");
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
                .args(command)
                .env_clear()
                .env("CARILLON_ENCRYPTION_KEY", key)
                .current_dir(folder.path())
                .output()
                .expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(output.stdout.is_empty());
            assert!(said.contains("`secrets.encryption_key`") && said.contains("64 hex digits"), "{said}");
            assert!(!said.contains(key), "{said}");
            let made = std::fs::read_dir(folder.path()).expect("folder").count();
            assert_eq!(made, 0, "nothing is made on disk");
        }
    }
    for url in ["mysql://x", "sqlite:", "sqlite::memory:", "carillon.db", "postgres://me:pw@host:port/x"] {
        for command in ["serve", "migrate"] {
            let (code, said) = refused(&[command, "--database-url", url], &[]);
            assert_eq!(code, Some(2), "{url}: {said}");
            assert!(said.contains("`database.url`"), "{url}: {said}");
        }
    }
    // What is well formed but not there may be there later.
    let (code, said) = refused(&["serve", "--database-url", "sqlite:/nowhere/carillon.db"], &[]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_plan_that_a_network_does_not_have_is_a_wrong_setting() {
    for (variable, setting, value, hint) in [
        ("CARILLON_PLATFORMS__X__PLAN", "platforms.x.plan", "gold", "pay_per_use"),
        ("CARILLON_PLATFORMS__X__POSTS_PER_DAY", "platforms.x.posts_per_day", "many", "whole number"),
        ("CARILLON_PLATFORMS__X__PLANS", "platforms.x.plans", "basic", "posts_per_day"),
    ] {
        let (code, said) = refused(&["serve"], &[(variable, value)]);
        assert_eq!(code, Some(2), "{setting}: {said}");
        assert!(said.contains(&format!("`{setting}`")) && said.contains(hint), "{setting}: {said}");
    }
}

#[test]
fn a_key_of_digits_is_kept_to_the_last_digit() {
    let key = "0".repeat(63) + "1";
    for name in ["CARILLON_ENCRYPTION_KEY", "CARILLON_SECRETS__ENCRYPTION_KEY"] {
        let settings =
            Settings::load(&Sources { env: env(&[(name, &key)]), ..Sources::default() }).expect(name);
        assert_eq!(settings.secrets.encryption_key.expose(), key, "{name}");
    }
    let id = env(&[("CARILLON_PLATFORMS__X__CLIENT_ID", "000123"), ("CARILLON_ENCRYPTION_KEY", "")]);
    let settings = Settings::load(&Sources { env: id, ..Sources::default() }).expect("settings");
    assert_eq!(settings.platforms["x"].client_id.as_deref(), Some("000123"));
    assert!(settings.secrets.encryption_key.is_empty(), "an empty variable is no key");
}

#[test]
fn lists_can_come_from_the_environment() {
    let variables =
        env(&[("CARILLON_EGRESS__ALLOW", "10.0.0.0/8, ::1"), ("CARILLON_EGRESS__FETCH", "10.0.7.20")]);
    let settings = Settings::load(&Sources { env: variables, ..Sources::default() }).expect("settings");
    assert_eq!((settings.egress.allow.len(), settings.egress.fetch.len()), (2, 1));
}

#[test]
fn variables_of_container_platforms_do_no_harm() {
    let variables = env(&[("CARILLON_SERVICE_HOST", "10.0.0.1"), ("CARILLON_PORT_8080_TCP", "x")]);
    assert!(Settings::load(&Sources { env: variables, ..Sources::default() }).is_ok());
}

#[test]
fn printed_settings_show_no_secret_and_load_again() {
    let key = "5a".repeat(32);
    let text = "[database]\nurl = \"postgres://me:hunter2@db/carillon?password=hunter2\"\n\
        [secrets]\nencryption_key = \"{key}\"\n\
        [media]\ns3_secret_access_key = \"hunter2\"\n[metrics]\ntoken = \"hunter2\"\n\
        [platforms.x]\nclient_id = \"abc\"\nclient_secret = \"hunter2\"\nwebhook_secret = \"hunter2\"\n\
        api_base_url = \"https://api.example.com/\"\nplan = \"basic\"\n";
    let file = file(&text.replace("{key}", &key));
    let mut out = Vec::new();
    let path = file.path().to_str().expect("path");
    let args = ["carillon", "config", "print", "--config", path].map(Into::into);
    cli::main(args, BTreeMap::new(), &mut std::io::empty(), &mut out).expect("prints");
    let printed = String::from_utf8(out).expect("text");
    assert!(!printed.contains("hunter2") && !printed.contains(&key), "{printed}");
    assert!(printed.contains("plan = \"basic\""), "{printed}");
    assert!(printed.contains("client_id = \"abc\"") && printed.contains("https://api.example.com/"));
    from_file(&printed).expect("what is printed is a settings file");
}

#[test]
fn wrong_usage_and_wrong_settings_exit_with_2() {
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let args = args.iter().map(Into::into).collect::<Vec<_>>();
        cli::main(args, env(variables), &mut std::io::empty(), &mut Vec::new()).expect_err("fails")
    };
    assert_eq!(run(&["carillon", "fly"], &[]).exit_code(), 2);
    assert_eq!(run(&["carillon", "--listen"], &[]).exit_code(), 2);
    let settings = run(&["carillon", "config", "print"], &[("CARILLON_SERVER__NOPE", "1")]);
    assert!(matches!(settings, CliError::Settings(_)));
    assert_eq!(settings.exit_code(), 2);
    let missing = run(&["carillon", "config", "print", "--config", "/nowhere/carillon.toml"], &[]);
    assert!(missing.to_string().contains("/nowhere/carillon.toml"), "{missing}");
    assert_eq!(run(&["carillon", "--help"], &[]).exit_code(), 0);
}
