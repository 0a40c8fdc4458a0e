/** Appends a field name, quoted where the path syntax needs it. @internal */
export function appendField(path: string, name: string): string {
  const quoted = name === "" || /[.[\]{}'@\s]/.test(name) ? `'${name.replaceAll("'", "''")}'` : name;
  return path === "" ? quoted : `${path}.${quoted}`;
}
