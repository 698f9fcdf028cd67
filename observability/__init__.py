"""What every process shows of itself: masked logs, health, readiness and metrics."""
