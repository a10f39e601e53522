"""The group robots of WeCom, DingTalk and Feishu, simulated: they check keys, signatures, times and pace."""
