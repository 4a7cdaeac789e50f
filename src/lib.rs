//! Hands over Amazon ECS container instances that EC2 Spot takes back.
pub mod act;
pub mod api;
pub mod aws;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod http;
pub mod ids;
pub mod observe;
pub mod operator;
pub mod plan;
pub mod setup;
pub mod signal;
pub mod sim;
pub mod telemetry;
pub mod trial;
