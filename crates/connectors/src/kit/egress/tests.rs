use std::collections::BTreeMap;

use super::*;
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("address")
}

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|t| t.parse().expect("net")).collect()
}

#[test]
fn special_addresses_are_not_public() {
    for text in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "168.63.129.16",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "fec0::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "3fff::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "5f00::1",
        "4000::1",
    ] {
        assert!(!is_public(ip(text)), "{text}");
    }
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "168.63.129.17",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "64:ff9b::808:808",
    ] {
        assert!(is_public(ip(text)), "{text}");
    }
}

struct Names(BTreeMap<&'static str, Vec<IpAddr>>);

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.0.get(host).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn guard(allow: &[&str]) -> Egress {
    let names = [
        ("public.example", vec![ip("8.8.8.8"), ip("2606:4700::1")]),
        ("private.example", vec![ip("10.0.0.5")]),
        ("mixed.example", vec![ip("127.0.0.1"), ip("8.8.4.4"), ip("::1")]),
        ("empty.example", vec![]),
    ];
    Egress::new(nets(allow)).with_lookup(Arc::new(Names(names.into())))
}

#[tokio::test]
async fn only_checked_addresses_are_given_out() {
    let strict = guard(&[]);
    let open = strict.resolve("public.example", 443, true).await.expect("public");
    assert_eq!(open, ["8.8.8.8:443".parse().expect("addr"), "[2606:4700::1]:443".parse().expect("addr")]);
    let mixed = strict.resolve("mixed.example", 443, true).await.expect("its public part");
    assert_eq!(mixed, ["8.8.4.4:443".parse().expect("addr")]);
    for (host, tls) in [
        ("private.example", true),
        ("localhost", true),
        ("a.b.localhost", true),
        ("127.0.0.1", true),
        ("[::1]", true),
        ("public.example", false),
    ] {
        let refused = strict.resolve(host, 443, tls).await;
        assert!(matches!(refused, Err(ResolveError::Blocked(_))), "{host}: {refused:?}");
    }
    for host in ["nowhere.example", "empty.example"] {
        let missing = strict.resolve(host, 443, true).await;
        assert!(matches!(missing, Err(ResolveError::NotFound { .. })), "{host}: {missing:?}");
    }
}

#[tokio::test]
async fn allowed_ranges_are_reached_over_plain_http_and_nothing_else_is() {
    let demo = guard(&["127.0.0.0/8", "::1/128"]);
    let local = demo.resolve("social.mastodon.localhost", 8081, false).await.expect("loopback");
    assert_eq!(local.len(), 2);
    assert!(demo.resolve("private.example", 443, true).await.is_err());
    assert!(demo.resolve("public.example", 80, false).await.is_err(), "public addresses stay https only");
    let mixed = demo.resolve("mixed.example", 80, false).await.expect("its allowed part");
    assert!(mixed.iter().all(|a| a.ip().is_loopback()), "{mixed:?}");
    assert!(demo.check_ip("x", ip("::ffff:127.0.0.1"), false).is_ok(), "the same address in other clothes");
}

#[tokio::test]
async fn what_members_name_is_not_reached_by_the_ranges_of_networks() {
    let guard = guard(&["10.0.0.0/8"]).with_fetch(nets(&["127.0.0.0/8"]));
    assert!(guard.resolve("private.example", 443, true).await.is_ok());
    assert!(guard.resolve("localhost", 80, false).await.is_err());
    let content = guard.for_content();
    assert!(content.resolve("private.example", 443, true).await.is_err());
    assert!(content.resolve("public.example", 443, true).await.is_ok());
    let local = content.resolve("localhost", 80, false).await.expect("the range for content");
    assert_eq!(local, ["127.0.0.1:80".parse().expect("addr")]);
}

#[test]
fn urls_are_looked_at_before_names_are() {
    let strict = guard(&[]);
    let check = |text: &str| strict.check_url(&Url::parse(text).expect("url"));
    assert_eq!(check("https://public.example/x"), Ok(()));
    for text in [
        "http://public.example/",
        "https://me:pw@public.example/",
        "ftp://public.example/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://[::ffff:169.254.169.254]/",
        "http://8.8.8.8/",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn an_ipv4_address_means_the_same_in_every_clothing(bits: u32) {
        let v4 = Ipv4Addr::from(bits);
        let mapped = IpAddr::V6(v4.to_ipv6_mapped());
        let [a, b, c, d] = v4.octets();
        let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let public = is_public(IpAddr::V4(v4));
        prop_assert_eq!(is_public(mapped), public);
        prop_assert_eq!(is_public(IpAddr::V6(nat64)), public);
        if public {
            prop_assert!(!(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified()));
        }
    }

    #[test]
    fn public_ipv6_is_global_unicast(bits: u128) {
        let v6 = Ipv6Addr::from(bits);
        if is_public(IpAddr::V6(v6)) && v6.to_ipv4_mapped().is_none() && v6.segments()[0] != 0x64 {
            prop_assert_eq!(v6.segments()[0] >> 13, 1);
            prop_assert!(!v6.is_unique_local() && !v6.is_unicast_link_local() && !v6.is_multicast());
        }
    }

    #[test]
    fn nothing_outside_the_allowed_ranges_is_called_in_clear(bits: u32) {
        let guard = Egress::new(nets(&["10.0.0.0/8"]));
        let ip = IpAddr::V4(Ipv4Addr::from(bits));
        let allowed = Ipv4Addr::from(bits).octets()[0] == 10;
        prop_assert_eq!(guard.check_ip("x", ip, false).is_ok(), allowed);
        prop_assert_eq!(guard.check_ip("x", ip, true).is_ok(), allowed || is_public(ip));
    }
}
