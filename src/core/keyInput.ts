/**
 * What is obviously wrong with a text that is to be an API key, as a sentence. `undefined` where nothing is:
 * whether it is valid only the server knows.
 * @param text trimmed
 */
export function keyProblem(text: string): string | undefined {
  if (text === '') return 'Paste an API key.';
  if (/^[a-z]+:\/\//iu.test(text)) return 'This is a URL, not an API key.';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text))
    return 'This looks like a task ID, not an API key.';
  if (/^(BROWSER_USE_API_KEY|Bearer)\b/u.test(text)) return 'Paste only the key itself.';
  if (/\s/u.test(text)) return 'An API key has no spaces in it.';
  // Other characters cannot stand in a header.
  if (!/^[\x21-\x7e]+$/u.test(text))
    return 'An API key has only letters, digits and signs of plain ASCII.';
  if (text.length < 8) return 'This is too short for an API key.';
  if (text.length > 512) return 'This is too long for an API key.';
  return undefined;
}
