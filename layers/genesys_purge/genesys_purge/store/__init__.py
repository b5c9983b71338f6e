"""The ports over AWS: DynamoDB, S3, SQS, EventBridge, Step Functions and secrets."""
