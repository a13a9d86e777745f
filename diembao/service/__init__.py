"""The unattended service: schedule, job processes, leader lock, alerts, health, status, logs."""
