//! What every drawing must be, for the tests: well-formed, named, without fixed colours and without numbers that are none.

/// Whether elements close in the order in which they open, texts are escaped, numbers are numbers and colours are names.
pub(crate) fn is_well_formed(svg: &str) {
    for forbidden in ["NaN", "inf\"", "#0", "rgb(", "\u{0}"] {
        assert!(!svg.contains(forbidden), "{forbidden}: {svg}");
    }
    assert!(svg.contains("role=\"img\" aria-label=\""), "{svg}");
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>') && (open.last().is_some() || before.is_empty()), "{before} in {svg}");
        let (tag, behind) = after.split_once('>').unwrap();
        assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{tag}");
        match (tag.strip_prefix('/'), tag.strip_suffix('/')) {
            (Some(name), _) => assert_eq!(open.pop(), Some(name), "{svg}"),
            (None, Some(_)) => {}
            (None, None) => open.push(tag.split(' ').next().unwrap()),
        }
        rest = behind;
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} {rest}");
}
