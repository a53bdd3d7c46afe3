/** A name of JSON as words: "go_to_url" and "goToUrl" are both "go to url". */
export function spacedName(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/gu, '$1 $2').replace(/[_-]+/gu, ' ');
  return spaced.trim().toLowerCase() || name;
}
