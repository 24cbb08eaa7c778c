"""Upload jobs and Fabric provisioning."""
