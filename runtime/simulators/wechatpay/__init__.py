"""WeChat Pay, API v3, as a simulator: Native, JSAPI, H5 and App orders, refunds, notices, bills and certificates."""
