"""Words that are never names, unless they are in back-quotes. (GQL reserved terms.)"""

RESERVED = frozenset(
    {
        *("ABS", "ALL", "AND", "ANY", "ARRAY", "AS", "ASC", "ASCENDING", "AT", "AVG", "BIG"),
        *("BIGINT", "BINARY", "BOOL", "BOOLEAN", "BOTH", "BTRIM", "BY", "BYTES", "CALL", "CASE"),
        *("CAST", "CEIL", "CHAR", "CHARACTERISTICS", "CLOSE", "COALESCE", "COLLECT_LIST"),
        *("COMMIT", "COPY", "COUNT", "CREATE", "DATA", "DATE", "DATETIME", "DAY", "DEC"),
        *("DECIMAL", "DELETE", "DESC", "DESCENDING", "DETACH", "DIRECTORY", "DISTINCT", "DOUBLE"),
        *("DROP", "DURATION", "EDGE", "ELSE", "END", "ENDS", "ESCAPE", "EXCEPT", "EXISTS", "EXP"),
        *("FALSE", "FILTER", "FINISH", "FLOAT", "FLOOR", "FOR", "FROM", "GRAPH", "GROUP"),
        *("HAVING", "HOUR", "IF", "IMPLIES", "IN", "INDEX", "INSERT", "INT", "INTEGER"),
        *("INTERSECT", "INTERVAL", "IS", "KEY", "LABEL", "LABELED", "LEADING", "LEFT", "LET"),
        *("LIKE", "LIMIT", "LIST", "LN", "LOG", "LOWER", "LTRIM", "MATCH", "MAX", "MIN", "MINUTE"),
        *("MOD", "MONTH", "NEXT", "NODE", "NODETACH", "NORMALIZE", "NOT", "NOTHING", "NULL"),
        *("NULLIF", "NULLS", "NUMBER", "NUMERIC", "OF", "OFFSET", "ON", "OPTIONAL", "OR", "ORDER"),
        *("OTHERWISE", "PARAMETER", "PARAMETERS", "PATH", "PATHS", "POWER", "PRECISION"),
        *("PROJECT", "PROPERTY_EXISTS", "QUERY", "REAL", "RECORD", "REMOVE", "REPLACE", "RESET"),
        *("RETURN", "RIGHT", "ROLLBACK", "RTRIM", "SAME", "SCHEMA", "SECOND", "SELECT", "SESSION"),
        *("SET", "SIGNED", "SIZE", "SKIP", "SMALL", "SMALLINT", "SQRT", "START", "STARTS"),
        *("STRING", "SUM", "TABLE", "TEXT", "THEN", "TIME", "TIMESTAMP", "TRAILING", "TRIM"),
        *("TRUE", "TYPED", "UNION", "UNIT", "UNKNOWN", "UNSIGNED", "UPPER", "USE", "VALUE"),
        *("VALUES", "VARCHAR", "WHEN", "WHERE", "WITH", "XOR", "YEAR", "YIELD", "ZONED"),
        "ZONED_DATETIME",
    }
)
