"""One verb a module: values in, values out; no click, no printing."""
