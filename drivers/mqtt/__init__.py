"""MQTT: devices that publish to a broker; as JSON, as plain payloads, as Sparkplug B, as LoRaWAN uplinks."""
