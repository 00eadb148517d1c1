use super::*;

#[test]
fn the_protocol_keeps_every_promise() {
    let explored = explore(Protocol::new(Variant::Complete));
    assert!(explored.broken.is_empty(), "{explored:?}");
    assert!(explored.unreachable.is_empty(), "{explored:?}");
    assert!(explored.states > 10_000, "{explored:?}");
}

#[test]
fn whatever_is_left_out_makes_two_posts() {
    for variant in Variant::BROKEN {
        let explored = explore(Protocol::new(variant));
        let twice = explored.broken.iter().any(|(name, _)| *name == ONCE);
        assert!(twice, "{explored:?}");
    }
}
