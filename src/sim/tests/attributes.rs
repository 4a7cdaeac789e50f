//! Custom attributes of container instances.

use aws_sdk_ecs::error::ProvideErrorMetadata;
use aws_sdk_ecs::types::{Attribute, TargetType};

use super::*;

/// The ARNs of the container instances.
fn instances(account: &Account) -> Vec<String> {
    account.sim.container_instances(CLUSTER).into_iter().map(|instance| instance.arn).collect()
}

fn attribute(name: &str, value: &str, target: &str) -> Attribute {
    let attribute = Attribute::builder().name(name).value(value).target_id(target);
    attribute.target_type(TargetType::ContainerInstance).build().unwrap()
}

fn numbered(numbers: std::ops::Range<u32>, target: &str) -> Vec<Attribute> {
    numbers.map(|number| attribute(&format!("n{number}"), "x", target)).collect()
}

/// Puts them; the code of the refusal where there is one.
async fn put(account: &Account, attributes: Vec<Attribute>) -> Result<(), String> {
    let call = account.ecs.put_attributes().cluster(CLUSTER).set_attributes(Some(attributes));
    let sent = call.send().await;
    sent.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}

/// The names and values of an instance's custom attributes, as it is described.
async fn custom(account: &Account, instance: &str) -> Vec<(String, Option<String>)> {
    let call = account.ecs.describe_container_instances().cluster(CLUSTER).container_instances(instance);
    let answer = call.send().await.unwrap();
    let all = answer.container_instances().first().unwrap().attributes();
    let custom = all.iter().filter(|attribute| !attribute.name().starts_with("ecs."));
    custom.map(|attribute| (attribute.name().to_owned(), attribute.value().map(str::to_owned))).collect()
}

/// Who has an attribute of this name.
async fn with(account: &Account, name: &str) -> Vec<String> {
    let call = account.ecs.list_attributes().cluster(CLUSTER).target_type(TargetType::ContainerInstance);
    let answer = call.attribute_name(name).send().await.unwrap();
    answer.attributes().iter().map(|attribute| attribute.target_id().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_attribute_is_put_and_replaced_and_deleted() {
    let account = Account::new(small(), 1);
    let target = instances(&account).remove(0);
    for value in ["blue", "green"] {
        put(&account, vec![attribute("color", value, &target)]).await.unwrap();
        assert_eq!(custom(&account, &target).await, [("color".to_owned(), Some(value.to_owned()))]);
    }
    assert_eq!(with(&account, "color").await, std::slice::from_ref(&target));
    let gone = Attribute::builder().name("color").target_id(&target).build().unwrap();
    let delete = || account.ecs.delete_attributes().cluster(CLUSTER).attributes(gone.clone()).send();
    delete().await.unwrap();
    assert!(custom(&account, &target).await.is_empty());
    delete().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_instance_has_ten_custom_attributes_at_most() {
    let account = Account::new(small(), 1);
    let targets = instances(&account);
    put(&account, numbered(0..10, &targets[0])).await.unwrap();
    let refused = put(&account, numbered(10..11, &targets[0])).await;
    assert_eq!(refused, Err("AttributeLimitExceededException".to_owned()));
    put(&account, numbered(9..10, &targets[0])).await.unwrap();
    put(&account, numbered(10..11, &targets[1])).await.unwrap();
    assert_eq!(custom(&account, &targets[0]).await.len(), 10);
    assert_eq!(with(&account, "n10").await, [targets[1].clone()]);
}

#[tokio::test(start_paused = true)]
async fn a_call_puts_ten_at_most() {
    let account = Account::new(small(), 1);
    let targets = instances(&account);
    let eleven = [numbered(0..6, &targets[0]), numbered(0..5, &targets[1])].concat();
    assert_eq!(put(&account, eleven).await, Err("InvalidParameterException".to_owned()));
    assert!(with(&account, "n0").await.is_empty());
    put(&account, [numbered(0..5, &targets[0]), numbered(0..5, &targets[1])].concat()).await.unwrap();
    assert_eq!(with(&account, "n0").await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn all_are_put_or_none() {
    let account = Account::new(small(), 1);
    let targets = instances(&account);
    put(&account, numbered(0..10, &targets[1])).await.unwrap();
    let unknown = "0123456789abcdef0123456789abcdef";
    for (bad, code) in [
        (attribute("color", "blue", unknown), "TargetNotFoundException"),
        (attribute("color", "blue", &targets[1]), "AttributeLimitExceededException"),
        (attribute("not a name", "blue", &targets[0]), "InvalidParameterException"),
    ] {
        let refused = put(&account, vec![attribute("color", "blue", &targets[0]), bad]).await;
        assert_eq!(refused, Err(code.to_owned()));
        assert!(with(&account, "color").await.is_empty(), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_are_listed_by_their_value_too_and_not_of_instances_that_are_gone() {
    let account = Account::new(Scenario { params: exact(), ..small() }, 1);
    let victim = account.victim();
    let target = account.sim.container_instance(&victim).unwrap().arn;
    put(&account, vec![attribute("color", "blue", &target)]).await.unwrap();
    let list = |value: &str| {
        let call = account.ecs.list_attributes().cluster(CLUSTER).target_type(TargetType::ContainerInstance);
        call.attribute_name("color").attribute_value(value).send()
    };
    assert_eq!(list("blue").await.unwrap().attributes().len(), 1);
    assert_eq!(list("green").await.unwrap().attributes().len(), 0);
    account.terminate(&victim, false).await.unwrap();
    account.secs(30).await;
    assert_eq!(list("blue").await.unwrap().attributes().len(), 0);
}
