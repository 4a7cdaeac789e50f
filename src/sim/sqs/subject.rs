//! What a message is about, for the record only: queues carry anything.

use serde_json::Value;

/// The kind of a message and the id of the instance or task that it names; both empty where it is none of AWS's.
pub fn subject(body: &str) -> (String, String) {
    let Ok(read) = serde_json::from_str::<Value>(body) else { return Default::default() };
    let wrapped = read.get("Message").and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let said = wrapped.as_ref().unwrap_or(&read);
    let text = |path: &str| said.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let kind = text("/detail-type").or_else(|| text("/LifecycleTransition")).or_else(|| text("/Event"));
    let kind = if wrapped.is_some() { kind.map(|kind| format!("SNS {kind}")) } else { kind };
    let subject =
        ["/detail/instance-id", "/detail/EC2InstanceId", "/EC2InstanceId", "/detail/ec2InstanceId", "/detail/taskArn"]
            .into_iter()
            .find_map(text);
    let subject = subject.map(|arn| arn.rsplit('/').next().unwrap_or_default().to_owned());
    (kind.unwrap_or_default(), subject.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_and_hooks_name_their_instance_and_nonsense_none() {
        let notice = r#"{"detail-type":"EC2 Spot Instance Interruption Warning","detail":{"instance-id":"i-1"}}"#;
        assert_eq!(subject(notice), ("EC2 Spot Instance Interruption Warning".to_owned(), "i-1".to_owned()));
        let hook = r#"{"Type":"Notification","Message":"{\"EC2InstanceId\":\"i-2\",\"LifecycleTransition\":\"x\"}"}"#;
        assert_eq!(subject(hook), ("SNS x".to_owned(), "i-2".to_owned()));
        assert_eq!(subject("nonsense"), Default::default());
    }
}
