// HTTPCalls
