import assert from 'node:assert/strict';
import * as path from 'node:path';
import { pictureOf } from './housePicture';
import { sourceFiles, violations } from './importRules';

const projectFolder = path.resolve(__dirname, '..');

describe('the rules of who may import whom, and who may compare API versions', () => {
  const bad: [file: string, text: string, expected: RegExp][] = [
    ['src/core/a.ts', "import * as vscode from 'vscode';", /core must not import vscode/],
    ['src/core/a.ts', "import type { Uri } from 'vscode';", /core must not import vscode/],
    ['src/core/a.ts', "import axios from 'axios';", /core must not import axios/],
    ['src/core/a.ts', "import * as z from 'zod/mini';", /core must not import zod\/mini/],
    ['src/core/a.ts', "import 'node:fs';", /core must not import node:fs/],
    ['src/core/a.ts', "const fs = require('fs');", /core must not import fs/],
    ['src/core/a.ts', "import fs = require('fs');", /core must not import fs/],
    ['src/core/a.ts', '/// <reference types="node" />', /core must not import node:/],
    ['src/core/a.ts', "type T = import('../ui/a').T;", /core must not import ui/],
    ['src/core/a.ts', "export * from '../api/v2';", /core must not import api/],
    ['src/core/a.ts', "export { a } from '../api/v2';", /core must not import api/],
    ['src/core/text/a.ts', "import '../../extension';", /core must not import root/],
    ['src/core/deep/a.ts', '', /in no room of core/],
    ['src/core/text/a.ts', "import '../tasks/a';", /lies no floor below: move what it needs down/],
    ['src/core/tasks/a.ts', "import type { A } from '../input/a';", /lies no floor below/],
    ['src/ui/tree/a.ts', "import type { A } from '../commands/a';", /lies no floor below/],
    ['src/webview/parts/a.tsx', "import '../page/a';", /lies no floor below/],
    ['src/core/a.ts', 'void import(name);', /only known at run time/],
    ['src/core/a.ts', 'void import(`./${name}`);', /only known at run time/],
    ['src/core/a.ts', "import data from '../../package.json';", /no part of src/],
    ['src/api/a.ts', "import * as vscode from 'vscode';", /api must not import vscode/],
    ['src/api/a.ts', "import { Buffer } from 'buffer';", /api must not import buffer/],
    ['src/api/a.ts', "import { a } from '../ui/a';", /api must not import ui/],
    ['src/api/a.ts', "import { a } from '../platform/a';", /api must not import platform/],
    ['src/platform/a.ts', "import 'vscode';", /platform must not import vscode/],
    ['src/platform/a.ts', "import '../api/http';", /platform must not import api/],
    ['src/ui/a.ts', "import { http } from '../api/http';", /ui must not import api/],
    ['src/ui/a.ts', "void import('../api');", /ui must not import api/],
    ['src/ui/a.ts', "import axios from 'axios';", /ui must not import axios/],
    ['src/ui/a.ts', "import { z } from 'zod';", /ui must not import zod/],
    ['src/ui/a.ts', "import { a } from '../webview/main';", /ui must not import webview/],
    ['src/ui/a.ts', "import * as os from 'os';", /ui must not import os/],
    ['src/webview/protocol.ts', "import { a } from '../core/a';", /types of core only/],
    ['src/webview/protocol.ts', "import { type A, b } from '../core/a';", /types of core only/],
    ['src/webview/a.tsx', "import '../ui/a';", /webview must not import ui/],
    ['src/webview/a.tsx', "import 'vscode';", /webview must not import vscode/],
    ['src/webview/protocol.ts', "import { h } from 'preact';", /protocol must not import preact/],
    ['src/extension.ts', "import { createClient } from './api';", /by import\(\)/],
    ['src/extension.ts', "import { createFeatures } from './features';", /by import\(\)/],
    ['src/platform/a.ts', "import '../ui/log';", /platform must not import ui/],
    ['src/extension.ts', "import axios from 'axios';", /root must not import axios/],
    ['src/other/a.ts', '', /no part of src/],
    ['src/core/a.ts', "if (task.apiVersion === 'v2') go();", /Ask apiVersions what the version/],
    ['src/core/a.ts', "const isOld = 'v1' == version;", /Ask apiVersions what the version/],
    ['src/core/a.ts', 'if (ref?.apiVersion !== newest) go();', /Ask apiVersions what the version/],
    ['src/ui/a.ts', 'if (apiVersion != `v17`) go();', /Ask apiVersions what the version/],
    ['src/ui/a.ts', "switch (version) { case 'v3': go(); }", /Ask apiVersions what the version/],
    ['src/ui/a.ts', 'switch (task.apiVersion) {}', /Ask apiVersions what the version/],
    ['src/extension.ts', "go(version !== 'v2');", /Ask apiVersions what the version/],
  ];
  for (const [file, text, expected] of bad) {
    it(`finds fault with ${text || 'a new folder'} in ${file}`, () => {
      const found = violations([{ path: file, text }]);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('finds circles, types included, and says who is in them', () => {
    const found = violations([
      { path: 'src/core/text/a.ts', text: "import { b } from './b';" },
      { path: 'src/core/text/b.ts', text: "import type { C } from './c';" },
      { path: 'src/core/text/c.ts', text: "export { a } from './a';" },
    ]);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', /text\/a\.ts → .*b\.ts → .*c\.ts → .*a\.ts: a circle/u);
  });

  it('names the import that leads rooms in a circle, and draws them all the same', () => {
    const files = [
      { path: 'src/ui/publicTasks.ts', text: "import { viewId } from './tree/taskView';" },
      { path: 'src/ui/tree/taskView.ts', text: "import '../messages';" },
      { path: 'src/ui/messages.ts', text: '' },
      { path: 'src/ui/commands/a.ts', text: "import '../tree/taskView'; import '../saving/a';" },
      { path: 'src/ui/saving/a.ts', text: '' },
    ];
    const found = violations(files);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', /publicTasks\.ts:1: ui\/\. must not import ui\/tree/u);
    assert.match(pictureOf(files), /^ {2}ui_shared --> ui_tree$/mu);
  });

  it('names the line of a comparison of API versions', () => {
    const text = "\nif (\n  version === 'v1' &&\n  version !== 'v2'\n) go();\n";
    const found = violations([{ path: 'src/core/a.ts', text }]);
    assert.deepEqual(
      found.map((line) => line.split(': ')[0]),
      ['src/core/a.ts:3', 'src/core/a.ts:4'],
    );
  });

  it('names the line', () => {
    const [found] = violations([{ path: 'src/core/a.ts', text: "\n\nimport 'vscode';\n" }]);
    assert.match(found ?? '', /^src\/core\/a\.ts:3: /);
  });

  const good: [file: string, text: string][] = [
    ['src/core/a.ts', "import { b } from './b';"],
    ['src/core/a.ts', "// import 'vscode';\nconst text = \"import 'vscode'\";"],
    ['src/api/a.ts', "import axios from 'axios'; import * as z from 'zod/mini';"],
    ['src/api/a.ts', "import { type Task } from '../core/task';"],
    ['src/platform/a.ts', "import * as fs from 'node:fs'; import '../core/a';"],
    ['src/ui/a.ts', "import * as vscode from 'vscode'; import { a } from '../core/a';"],
    ['src/ui/a.ts', "import { parse } from '../webview/protocol';"],
    ['src/ui/a.ts', "import type { PublicApi } from '../api.d';"],
    ['src/webview/main.tsx', "import { render } from 'preact'; import './protocol';"],
    ['src/webview/main.tsx', "import type { Task } from '../core/task';"],
    ['src/webview/main.tsx', "import { type Task } from '../core/task';"],
    ['src/webview/main.tsx', "import { taskTitle } from '../core/taskLabels';"],
    ['src/webview/main.tsx', "import './main.css';"],
    ['src/core/tasks/a.ts', "import { b } from '../text/b'; import { c } from './c';"],
    ['src/extension.ts', "import 'vscode'; import './ui/a'; import './core/a';"],
    ['src/extension.ts', "const load = () => import('./api'); import type { A } from './api/a';"],
    ['src/core/cloud/apiVersions.ts', "const isNew = apiVersion === 'v2';"],
    ['src/api/v2.ts', "const isNew = apiVersion === 'v2';"],
    ['src/core/a.ts', 'if (a.apiVersion === b?.apiVersion || a.apiVersion === undefined) go();'],
    ['src/core/a.ts', "// apiVersion === 'v2'\nif (word === 'version') go('v2');"],
    ['src/core/a.ts', "const version: 'v1' | 'v2' = apiVersion + 'v1';"],
  ];
  for (const [file, text] of good) {
    it(`accepts ${text.replaceAll('\n', ' ')} in ${file}`, () => {
      assert.deepEqual(violations([{ path: file, text }]), []);
    });
  }

  it('finds the sources of the extension', () => {
    assert.ok(sourceFiles(projectFolder).some((file) => file.path === 'src/core/cloud/task.ts'));
  });
});
