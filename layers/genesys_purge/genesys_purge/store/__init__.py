"""DynamoDB, S3, SSM and Step Functions behind the ports; conditional writes only."""
