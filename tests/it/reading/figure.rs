//! A figure as a reader takes it off a page: "2 h 41 m", "99.71 %", "2.1 per month" back to a number, and whether that is the
//! contract's within what the declared roundings allow. Written from the rules alone: it shares nothing with what writes figures.

/// A figure of the contract that a text has to say.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub metric: String,
    pub unit: String,
    pub state: String,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub n: u64,
    /// Whether its interval is known here: of the figure before the contract only keeps the value.
    pub without_interval: bool,
}

/// Where a text stands, which decides how fine it may be and what stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a column of slices: a dash stands for each kind of nothing, shares have the digits that all of the column can bear.
    Column,
    /// Alone: words tell the kinds of nothing apart.
    Alone,
}

const RATES: [(&str, f64); 5] =
    [(" per hour", 1.0), (" per day", 24.0), (" per week", 168.0), (" per month", 720.0), (" per year", 8760.0)];

/// Text with plain spaces and minus signs.
pub fn plain(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    spaced.replace('−', "-").trim().to_owned()
}

/// A number with its thousands apart: its value and the step of its last digit.
pub fn number(text: &str) -> Option<(f64, f64)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(' ').collect();
    let grouped = groups.len() == 1 || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    let is_number = groups.iter().all(|group| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit()));
    if !grouped || !is_number || !fraction.chars().all(|c| c.is_ascii_digit()) || digits.ends_with('.') {
        return None;
    }
    Some((text.replace(' ', "").parse().ok()?, 10_f64.powi(-(fraction.len() as i32))))
}

/// "2 h 41 m" as seconds, with the step of its last digit.
fn seconds(text: &str) -> Option<(f64, f64)> {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut words: Vec<&str> = text.split(' ').collect();
    let (mut total, mut last) = (0.0, 0.0);
    while let Some(unit) = words.pop() {
        let size = match unit {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            _ => return None,
        };
        // Thousands of days stand apart as all thousands.
        let from = words.iter().rposition(|word| word.parse::<f64>().is_err()).map_or(0, |at| at + 1);
        let (amount, step) = number(&words.split_off(from).join(" "))?;
        total += amount * size;
        last = if last == 0.0 { step * size } else { last };
    }
    (last > 0.0).then_some((sign * total, last))
}

/// A text in a unit: its value in the contract's unit, and the step of its last digit.
pub fn quantity(text: &str, unit: &str) -> Option<(f64, f64)> {
    match unit {
        "share" => {
            let (value, step) = number(text.strip_suffix(" %").or_else(|| text.strip_suffix(" points"))?)?;
            Some((value / 100.0, step / 100.0))
        }
        "seconds" => seconds(text),
        "per_hour" | "per_day" => {
            let of_unit = if unit == "per_day" { 24.0 } else { 1.0 };
            if text == "0" {
                return Some((0.0, 0.0));
            }
            let (suffix, hours) = RATES.into_iter().find(|(suffix, _)| text.ends_with(suffix))?;
            let (value, step) = number(text.strip_suffix(suffix)?)?;
            Some((value / hours * of_unit, step / hours * of_unit))
        }
        _ => number(text),
    }
}

/// Decimals that an interval so wide allows: a tenth of its half, two at most.
fn places_of(half: f64) -> i32 {
    (0..=2).rev().find(|places| 10_f64.powi(-places) >= half / 10.0 * (1.0 - 1e-9)).unwrap_or(0)
}

/// The step of the unit in which a duration is said.
fn step_of_seconds(seconds: f64, half: Option<f64>) -> f64 {
    let coarse = |unit: f64| half.is_some_and(|half| half >= unit);
    let size = seconds.abs();
    match size {
        size if size < 10.0 && size != size.round() => 0.1,
        size if size < 599.5 => {
            if coarse(60.0) && size >= 59.5 {
                60.0
            } else {
                1.0
            }
        }
        size if size < 86_370.0 => {
            if coarse(3600.0) && size >= 3569.5 {
                3600.0
            } else {
                60.0
            }
        }
        size if size < 862_200.0 => {
            if coarse(86_400.0) {
                86_400.0
            } else {
                3600.0
            }
        }
        _ => 86_400.0,
    }
}

/// The finest step that the declared roundings allow for a value, in the contract's unit.
fn finest(wanted: &Wanted, value: f64, place: Place) -> f64 {
    let half = wanted.half();
    let ten = |places: i32| 10_f64.powi(-places);
    let interval = half.filter(|half| *half > 0.0);
    match wanted.unit.as_str() {
        "share" => {
            let percent = value * 100.0;
            let by_target = wanted.metric.contains("availability") && !wanted.metric.ends_with("attainment");
            let mut places = match (by_target, interval) {
                (true, _) => {
                    if percent > 99.9 {
                        3
                    } else {
                        2
                    }
                }
                (false, Some(half)) => places_of(half * 100.0),
                // The column may bear more than a figure of which no interval is known.
                (false, None) if wanted.without_interval || place == Place::Column => 2,
                (false, None) => 1,
            };
            // What isn't nothing or all doesn't read so, as far as four decimals go.
            let reads_whole = |places: i32| {
                let shown = (percent / ten(places)).round() * ten(places);
                shown.abs() < 1e-9 || (shown - 100.0).abs() < 1e-9
            };
            while places < 4 && reads_whole(places) {
                places += 1;
            }
            ten(places) / 100.0
        }
        "seconds" => step_of_seconds(value, half),
        "count" if value.abs() >= 100.0 || (value - value.round()).abs() < 1e-9 => 1.0,
        "count" => 0.1,
        "per_hour" | "per_day" => {
            let of_unit = if wanted.unit == "per_day" { 24.0 } else { 1.0 };
            let per_hour = value / of_unit;
            let unit = RATES.into_iter().find(|(_, hours)| (per_hour * hours).abs() >= 1.0).unwrap_or(RATES[4]);
            let scaled = (per_hour * unit.1).abs();
            let places = if scaled >= 10.0 {
                0
            } else if scaled < 0.1 {
                2
            } else {
                1
            };
            ten(places) / unit.1 * of_unit
        }
        "number" | "money" => match interval {
            _ if value.abs() >= 100.0 || value.fract() == 0.0 => 1.0,
            Some(half) => ten(places_of(half)),
            None => ten(2),
        },
        "score" => 1.0,
        _ => 0.1,
    }
}

/// The step of a duration's words.
pub fn step_for(wanted: &Wanted, seconds: f64) -> f64 {
    // Of which no interval is known here may be coarse.
    step_of_seconds(seconds, if wanted.without_interval { Some(f64::INFINITY) } else { wanted.half() })
}

/// Whether a text says a value: within half of its last digit, never finer than declared, and of the wrong side of nothing or all
/// never rounded to it.
pub fn says(text: &str, wanted: &Wanted, value: f64, place: Place) -> Result<(), String> {
    let (read, step) = quantity(text, &wanted.unit).ok_or_else(|| format!("`{text}` is no {}", wanted.unit))?;
    let finest = finest(wanted, value, place);
    // "2 h" may be 2 h 00 m: the step of a duration is that of the unit in which its size is said.
    let allowed = match wanted.unit.as_str() {
        "seconds" if !wanted.without_interval => finest,
        _ => step,
    };
    if (read - value).abs() > allowed / 2.0 + 1e-9 * value.abs().max(1e-3) {
        return Err(format!("`{text}` is {read}, not {value}"));
    }
    if step > 0.0 && step < finest * (1.0 - 1e-6) && !wanted.without_interval {
        return Err(format!("`{text}` of {value} is finer than {finest}"));
    }
    let whole = wanted.unit == "share" && (read == 0.0 || read == 1.0) && value != read;
    if whole && step > 1.1e-6 {
        return Err(format!("`{text}` isn't {value}"));
    }
    Ok(())
}

/// The ends of "58 to 64 %": the unit is said once.
fn ends(text: &str, between: &str, unit: &str) -> Option<[String; 2]> {
    let (low, high) = text.split_once(between)?;
    let suffix = match unit {
        "share" => " %",
        "per_hour" | "per_day" => RATES.iter().map(|rate| rate.0).find(|suffix| high.ends_with(suffix)).unwrap_or(""),
        _ => "",
    };
    let low =
        if low.ends_with(suffix) || low == "0" && unit != "share" { low.to_owned() } else { format!("{low}{suffix}") };
    Some([low, high.to_owned()])
}

/// Whether "58 to 64 %" are the ends of a figure's interval. Ends are read with the digits of the interval, and those of a rate in
/// the unit of the figure: how fine they are is for the figure to say.
pub fn says_interval(text: &str, between: &str, wanted: &Wanted) -> Result<(), String> {
    let text = plain(text);
    let found = ends(&text, between, &wanted.unit).ok_or_else(|| format!("`{text}` is no interval"))?;
    let held = [wanted.lower, wanted.upper].map(|end| end.ok_or_else(|| format!("`{text}`, and none is known")));
    for (text, end) in found.iter().zip(held) {
        let end = end?;
        let (read, step) = quantity(text, &wanted.unit).ok_or_else(|| format!("`{text}` is no end"))?;
        let step = if wanted.unit == "seconds" { step_of_seconds(end, wanted.half()) } else { step };
        if (read - end).abs() > step / 2.0 + 1e-9 * end.abs().max(1e-3) {
            return Err(format!("`{text}` is {read}, not {end}"));
        }
    }
    Ok(())
}

impl Wanted {
    fn half(&self) -> Option<f64> {
        Some((self.upper? - self.lower?) / 2.0)
    }
}

/// Whether a text says what the contract holds: its figure, or the word for the nothing that is there.
pub fn holds(text: &str, wanted: &Wanted, place: Place) -> Result<(), String> {
    let text = plain(text);
    let Some(value) = wanted.value else { return says_nothing(&text, wanted, place) };
    let ranged = text.split_once('–').filter(|(low, high)| !low.is_empty() && !high.is_empty());
    match ranged {
        Some(_) => says_interval(&text, "–", wanted),
        None => says(&text, wanted, value, place),
    }
}

fn says_nothing(text: &str, wanted: &Wanted, place: Place) -> Result<(), String> {
    let bound = |start: &str, bound: Option<f64>| {
        let rest = text.strip_prefix(start)?;
        let free = Wanted { lower: None, upper: None, ..wanted.clone() };
        Some(match bound {
            Some(bound) => says(rest, &free, bound, place),
            None if wanted.without_interval => Ok(()),
            None => Err(format!("`{text}` without a bound")),
        })
    };
    if let Some(said) = bound("above ", wanted.lower).or_else(|| bound("below ", wanted.upper)) {
        return said;
    }
    let few = text.strip_prefix("too few").map(|rest| rest.trim_start_matches(" (n = ").trim_end_matches(')'));
    let right = match (text, few) {
        ("–", _) => place == Place::Column || wanted.state == "not_applicable" || wanted.without_interval,
        ("no data", _) => wanted.state == "no_data" || wanted.without_interval,
        ("not reached", _) => wanted.n > 0,
        (_, Some("")) => wanted.state == "not_enough" && wanted.n == 0 || wanted.without_interval,
        (_, Some(n)) => {
            let counted = number(n).is_some_and(|(n, _)| n == wanted.n as f64);
            wanted.state == "not_enough" && counted || wanted.without_interval
        }
        _ => false,
    };
    if right { Ok(()) } else { Err(format!("`{text}` for nothing of state {} and n {}", wanted.state, wanted.n)) }
}
