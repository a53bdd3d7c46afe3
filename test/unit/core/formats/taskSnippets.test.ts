import assert from 'node:assert/strict';
import {
  snippetKinds,
  taskSnippet,
  type SnippetKind,
} from '../../../../src/core/formats/taskSnippets';
import type { ApiVersion } from '../../../../src/core/cloud/task';

// What the code does when it runs is tested with real programs, in test/contract.
describe('the text of a snippet', () => {
  const at = (apiVersion: ApiVersion, id: string, baseUrl = 'https://api.browser-use.com') => ({
    ref: { apiVersion, id },
    baseUrl,
  });

  it('is offered in three languages', () => {
    assert.deepEqual(snippetKinds, ['curl', 'python', 'typescript']);
  });

  const expected: readonly (readonly [SnippetKind, ApiVersion, string])[] = [
    [
      'curl',
      'v2',
      `curl --fail-with-body --globoff 'https://api.browser-use.com/api/v2/tasks/a-1' \\
  --header "X-Browser-Use-API-Key: $BROWSER_USE_API_KEY"
`,
    ],
    [
      'curl',
      'v1',
      `curl --fail-with-body --globoff 'https://api.browser-use.com/api/v1/task/a-1' \\
  --header "Authorization: Bearer $BROWSER_USE_API_KEY"
`,
    ],
    [
      'python',
      'v2',
      `# pip install browser-use-sdk
import os

from browser_use_sdk import BrowserUse

client = BrowserUse(api_key=os.environ["BROWSER_USE_API_KEY"])
task = client.tasks.get("a-1")
print(task.status, task.output)
`,
    ],
    [
      'python',
      'v1',
      `import json
import os
import urllib.request

request = urllib.request.Request(
    "https://api.browser-use.com/api/v1/task/a-1",
    headers={"Authorization": "Bearer " + os.environ["BROWSER_USE_API_KEY"]},
)
with urllib.request.urlopen(request) as response:
    task = json.load(response)
print(task["status"], task.get("output"))
`,
    ],
    [
      'typescript',
      'v2',
      `// npm install browser-use-sdk
import { BrowserUse } from 'browser-use-sdk';

const client = new BrowserUse({
  apiKey: process.env.BROWSER_USE_API_KEY,
});
const task = await client.tasks.get("a-1");
console.log(task.status, task.output);
`,
    ],
    [
      'typescript',
      'v1',
      `const response = await fetch("https://api.browser-use.com/api/v1/task/a-1", {
  headers: { Authorization: \`Bearer \${process.env.BROWSER_USE_API_KEY}\` },
});
if (!response.ok) throw new Error(\`The server answers \${response.status}\`);
const task = await response.json();
console.log(task.status, task.output);
`,
    ],
  ];
  for (const [kind, apiVersion, text] of expected)
    it(`for ${kind} and ${apiVersion} is what a person would write`, () => {
      assert.equal(taskSnippet(kind, at(apiVersion, 'a-1')), text);
    });

  it('names a server of the user’s own where the SDKs need it', () => {
    const own = at('v2', 'a', 'https://a.example/prefix');
    assert.match(
      taskSnippet('python', own),
      /environ\["BROWSER_USE_API_KEY"\], base_url="https:\/\/a\.example\/prefix\/api\/v2"\)/u,
    );
    assert.match(
      taskSnippet('typescript', own),
      /_KEY,\n {2}baseUrl: "https:\/\/a\.example\/prefix\/api\/v2",\n\}\)/u,
    );
  });

  it('keeps whatever an ID holds within its quotes', () => {
    const id = `'"\`$\\{}^\n\u2028é😀`;
    assert.match(
      taskSnippet('python', at('v2', id)),
      /get\("\\U00000027\\U00000022\\U00000060\\U00000024\\U0000005c\\U0000007b\\U0000007d\\U0000005e\\U0000000a\\U00002028\\U000000e9\\U0001f600"\)/u,
    );
    assert.match(
      taskSnippet('typescript', at('v2', id)),
      /get\("\\u\{27\}\\u\{22\}\\u\{60\}\\u\{24\}\\u\{5c\}\\u\{7b\}\\u\{7d\}\\u\{5e\}\\u\{a\}\\u\{2028\}\\u\{e9\}\\u\{1f600\}"\)/u,
    );
    const plain = 'Az09 _.,:;/?&=@%+~()[]<>!#*|-';
    assert.ok(taskSnippet('python', at('v2', plain)).includes(`"${plain}"`));
    assert.ok(
      taskSnippet('curl', at('v1', "a'b\uD800/..")).includes(
        String.raw`/api/v1/task/a'\''b%EF%BF%BD%2F..'`,
      ),
    );
  });
});
