const builtIn =
  /^(boolean|smallint|integer|bigint|real|double precision|numeric|date|text|character|"char"|name|bytea|uuid|jsonb?|xml|money|interval|time|timestamp|inet|cidr|macaddr8?|bit|oid|point|line|lseg|box|path|polygon|circle|tsvector|tsquery|(int4|int8|num|ts|tstz|date)(multi)?range)\b/;

/** A type that is the source's own (an enum, an extension's) is not the target's: its text is kept. */
export const plainType = (type: string): string => (builtIn.test(type) ? type : "text");
