/** Appends a field name (quoted where the path syntax needs it) or an index `[n]`. @internal */
export function appendField(path: string, name: string): string {
  if (/^\[\d+\]$/.test(name)) return path + name;
  const quoted = name === "" || /[.[\]{}'@\s]/.test(name) ? `'${name.replaceAll("'", "''")}'` : name;
  return path === "" ? quoted : `${path}.${quoted}`;
}
