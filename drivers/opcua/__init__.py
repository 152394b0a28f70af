"""OPC UA: subscriptions, writes, conditions and browsing over secured sessions."""
