/** Whether Postgres can keep a text: it refuses NUL, and half of a surrogate pair, which JSON can smuggle in as escapes. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text);
