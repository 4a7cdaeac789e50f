//! How fast a simulated AWS may run, as an argument.

/// Reads a speed, from 0.1 to 100 times real time.
pub fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    (0.1..=100.0).contains(&speed).then_some(speed).ok_or_else(|| "from 0.1 to 100".to_owned())
}
