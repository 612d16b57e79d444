"""One repository as every verb sees it: records, tasks and claims joined, attempts settled and judged."""
