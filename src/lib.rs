//! Hands over Amazon ECS container instances that EC2 Spot takes back.
pub mod clock;
pub mod sim;
