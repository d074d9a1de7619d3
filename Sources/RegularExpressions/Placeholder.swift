// RegularExpressions
