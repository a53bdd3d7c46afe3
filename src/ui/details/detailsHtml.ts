/** What the page of the details is made of. All of it is the extension's own; nothing of a task goes in here. */
export interface DetailsHtmlOptions {
  /** The source of the webview's own resources, for the policy. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Another for every page. */
  readonly nonce: string;
  /** The language of the text, as VS Code names it. */
  readonly language: string;
}

/**
 * The document of the details: an empty body that the script fills.
 * Its policy lets in nothing but that script, the extension's own styles and fonts, and pictures that the page itself holds.
 */
export function detailsHtml(options: DetailsHtmlOptions): string {
  const { cspSource, scriptUri, styleUri, nonce, language } = options;
  const policy = [
    "default-src 'none'",
    'img-src blob:',
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Task</title>
    <link rel="stylesheet" href="${styleUri}" />
    <script nonce="${nonce}" src="${scriptUri}" defer></script>
  </head>
  <body></body>
</html>
`;
}

/** 128 random bits. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
