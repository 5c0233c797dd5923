/** Offered below every name; the order is how often people need them. */
export const KEYWORDS =
  "select from where group by order by limit left join inner join join on and or not in is null as distinct having with union all case when then else end between like ilike exists asc desc offset full join right join cross join lateral using over partition by filter values interval cast explain current_date current_timestamp true false except intersect nulls last nulls first similar to any some tablesample fetch first rows only returning insert into update set delete from create table"
    .replaceAll(
      /\b(group|order|partition) by\b|\b(left|inner|full|right|cross) join\b|\bunion all\b|\bnulls (last|first)\b|\bis null\b|\binsert into\b|\bdelete from\b|\bcreate table\b|\bsimilar to\b|\bfetch first\b|\brows only\b/g,
      (words) => words.replace(" ", "_ "),
    )
    .split(/(?<!_) /)
    .map((word) => word.replace("_ ", " "));

/** What may stand behind a table in FROM. */
export const AFTER_TABLE =
  "where,join,left join,inner join,right join,full join,cross join,on,using,group by,order by,having,limit,offset,union,union all,except,intersect,as,window,tablesample".split(
    ",",
  );

export const FUNCTIONS =
  "count sum avg min max coalesce nullif round date_trunc extract now to_char to_date string_agg array_agg json_agg jsonb_agg row_number rank dense_rank lag lead first_value last_value ntile percentile_cont percentile_disc generate_series length lower upper trim substring replace split_part concat concat_ws left right position regexp_replace regexp_matches greatest least abs ceil floor power sqrt random mod stddev variance corr age date_part make_date bool_and bool_or every unnest array_length cardinality jsonb_build_object jsonb_array_elements json_build_object md5 exp ln log sign".split(
    " ",
  );

/** Words that end a name's place, so that they are not taken for an alias. */
export const RESERVED = new Set(
  "select from where group order having limit offset union except intersect join left right inner outer full cross natural on using as and or not in is null with window fetch for lateral values set returning case when then else end between like ilike distinct all asc desc into update delete insert tablesample".split(
    " ",
  ),
);
