/** A paste, and what it names: tasks as `v2/…` where the text tells a version, else as IDs. */
export interface Paste {
  readonly name: string;
  readonly text: string;
  readonly tasks?: readonly string[];
  readonly sessions?: readonly string[];
  /** What is said of it, where something is refused. */
  readonly messagePattern?: RegExp;
}

/** Two tasks, two sessions, and something else. */
export const t1 = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
export const t2 = '5c3f1f6e-2f1d-4c86-b1a2-93a0a2b7c9d4';
export const s1 = 'd2a1f0b3-6c1e-4b7a-8f60-5e9c7a1b2c3d';
export const s2 = '7e6d5c4b-3a29-4818-8706-f5e4d3c2b1a0';
export const x = 'c0ffee00-1234-4abc-9def-0123456789ab';
const bare = t1.replaceAll('-', '');
const api = 'https://api.browser-use.com/api';
const dashboard = 'https://cloud.browser-use.com';
const esc = '\u001b';

/** What people really paste. */
export const pastes: readonly Paste[] = [
  // Lists
  { name: 'one ID', text: t1, tasks: [t1] },
  { name: 'a list by blanks', text: `${t1} ${t2}`, tasks: [t1, t2] },
  { name: 'a list by commas', text: `${t1},${t2},`, tasks: [t1, t2] },
  { name: 'a numbered list', text: `1. ${t1}\n2) ${t2}`, tasks: [t1, t2] },
  { name: 'bullets', text: `• ${t1}\n- ${t2}\n`, tasks: [t1, t2] },
  { name: 'line ends of Windows', text: `${t1}\r\n${t2}\r\n`, tasks: [t1, t2] },
  { name: 'words between', text: `see ${t1} and ${t2}, please`, tasks: [t1, t2] },
  { name: 'an enumeration', text: `sessions ${s1}, ${s2} and ${x}`, sessions: [s1, s2, x] },
  {
    name: 'an enumeration in quotes',
    text: `sessions "${s1}", '${s2}', and \`${x}\``,
    sessions: [s1, s2, x],
  },
  {
    name: 'a link and an ID',
    text: `${dashboard}/agent/${s1}, ${t1}`,
    sessions: [s1],
    tasks: [t1],
  },
  {
    name: 'an ID before a title',
    text: `${t1}\n\n  Sessions:\n  ${s1}`,
    tasks: [t1],
    sessions: [s1],
  },
  { name: 'a title', text: `Session IDs:\n${s1}\n${s2}`, sessions: [s1, s2] },
  { name: 'a title over a line of them', text: `Session IDs:\n${s1} ${s2}`, sessions: [s1, s2] },
  {
    name: 'a title that is a sentence',
    text: `Found in the log file:\n${t1}\nThese are the sessions:\n${s1}`,
    tasks: [t1],
    sessions: [s1],
  },
  { name: 'a title and a blank line', text: `Session IDs: \n\n${s1}`, sessions: [s1] },
  {
    name: 'a title and another name under it',
    text: `Tasks:\n- ${t1}\n- session ${s1}`,
    tasks: [t1],
    sessions: [s1],
  },
  {
    name: 'tasks and sessions that are counted',
    text: `Session #1: ${s1}\nTask 1: ${t1}\nTask 2 started: ${t2} (session 2: ${s2})\nUser 3: ${x}`,
    sessions: [s1],
    tasks: [t1, t2, x],
  },
  {
    name: 'paths of other hosts, without a scheme',
    text: `tracker.example/browse/${x} ${t1}\nlocalhost:8000/tasks/${t2}\nhost.example:80/api/v2/tasks/${s1}`,
    tasks: [t1, t2, s1],
  },
  {
    name: 'JSON that has lost its indentation',
    text: `[\n{\n"id": "${t1}",\n"sessionId": "${s1}",\n\n"userId":\n"${x}"\n},\n{\n"id": "${t2}"\n}\n]`,
    tasks: [t1, t2],
  },
  { name: 'what follows a list', text: `Users:\n- ${x}\nThen it came\n${t1}`, tasks: [t1] },
  { name: 'what is less far in than a list', text: `  Users:\n  - ${x}\n- ${t1}`, tasks: [t1] },
  { name: 'a line under one with a colon in it', text: `User: Ann\n${t1}`, tasks: [t1] },
  {
    name: 'titles and what is under them',
    text: `Tasks:\n  - ${t1}\nSessions:\n  - ${s1}\nUsers:\n  - ${x}`,
    tasks: [t1],
    sessions: [s1],
  },
  {
    name: 'links and IDs in a line',
    text: `${t1} ${dashboard}/agent/${s1}`,
    tasks: [t1],
    sessions: [s1],
  },
  // Python
  { name: 'Python’s list of strings', text: `['${t1}', '${t2}']`, tasks: [t1, t2] },
  { name: 'Python’s UUIDs', text: `[UUID('${t1}'), UUID('${t2}')]`, tasks: [t1, t2] },
  {
    name: 'a repr',
    text: `TaskView(id=UUID('${t1}'), session_id=UUID('${s1}'), status='started', steps=[])`,
    tasks: [t1],
  },
  {
    name: 'a list of reprs',
    text: `[TaskView(id='${t1}', session_id='${s1}'), SessionView(id='${s2}')]`,
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'a dict by pprint',
    text: `[{'id': '${t1}',\n  'session_id': '${s1}'},\n {'id': '${t2}',\n  'user_id': '${x}'}]`,
    tasks: [t1, t2],
  },
  {
    name: 'Python’s list of sessions',
    text: `session_ids=[UUID('${s1}'), UUID('${s2}')]`,
    sessions: [s1, s2],
  },
  {
    name: 'code',
    text: `task = client.tasks.get_task("${t1}")\nclient.sessions.get("${s1}")`,
    tasks: [t1],
    sessions: [s1],
  },
  { name: 'a dict of UUIDs', text: `{'user': UUID('${x}'), 'task': UUID('${t1}')}`, tasks: [t1] },
  // JSON
  { name: 'an array', text: `["${t1}","${t2}"]`, tasks: [t1, t2] },
  {
    name: 'compact JSON',
    text: `{"id":"${t1}","sessionId":"${s1}","status":"started","cost":0.12}`,
    tasks: [t1],
  },
  {
    name: 'pretty JSON',
    text: JSON.stringify({ id: t1, sessionId: s1, createdAt: '2026-01-13T12:00:00Z' }, null, 2),
    tasks: [t1],
  },
  {
    name: 'nested JSON',
    text: JSON.stringify({ session: { id: s1 }, task: { id: t1 } }),
    tasks: [t1],
  },
  {
    name: 'nested JSON, pretty',
    text: JSON.stringify({ session: { id: s1 }, task: { id: t1 } }, null, 4),
    tasks: [t1],
  },
  {
    name: 'a list of the API',
    text: JSON.stringify({
      items: [
        { id: t1, sessionId: s1 },
        { id: t2, sessionId: s2 },
      ],
      totalItems: 2,
    }),
    tasks: [t1, t2],
  },
  {
    name: 'a session of the API',
    text: JSON.stringify({ id: s1, status: 'active', tasks: [{ id: t1, sessionId: s1 }] }, null, 2),
    tasks: [t1],
  },
  {
    name: 'files and users of a task',
    text: JSON.stringify({
      id: t1,
      outputFiles: [{ id: x, fileName: 'a.csv' }],
      user: { name: 'Ann', id: s2 },
    }),
    tasks: [t1],
  },
  {
    name: 'sessions alone and beside tasks',
    text: JSON.stringify([{ session_id: s1, task_id: t1 }, { session_id: s2 }]),
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'the same, pretty',
    text: JSON.stringify([{ session_id: s1, task_id: t1 }, { session_id: s2 }], null, 2),
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'the same, by tabs',
    text: JSON.stringify([{ session_id: s1, task_id: t1 }, { session_id: s2 }], null, '\t'),
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'arrays by name',
    text: JSON.stringify({ session_ids: [s1, s2] }, null, 2),
    sessions: [s1, s2],
  },
  {
    name: 'arrays of both',
    text: JSON.stringify({ session_ids: [s1], task_ids: [t1] }, null, 2),
    tasks: [t1],
  },
  {
    name: 'JSON lines',
    text: `{"task_id":"${t1}","session_id":"${s1}"}\n{"session_id":"${s2}"}\n`,
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'JSON lines in one line, as an input box makes them',
    text: `{"task_id":"${t1}"} {"session_id":"${s2}"}`,
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'JSON within JSON',
    text: JSON.stringify({ body: JSON.stringify({ session_id: s1 }) }),
    sessions: [s1],
  },
  { name: 'JSON in HTML', text: `{&quot;session_id&quot;:&quot;${s1}&quot;}`, sessions: [s1] },
  { name: 'a line end spelled out', text: `{"message":"Created:\\n${t1}\\n"}`, tasks: [t1] },
  {
    name: 'slashes as PHP writes them',
    text: `{"url":"https:\\/\\/cloud.browser-use.com\\/agent\\/${s1}"}`,
    sessions: [s1],
  },
  {
    name: 'a webhook',
    text: JSON.stringify({
      type: 'agent.task.status_update',
      payload: { task_id: t1, session_id: s1, status: 'finished' },
    }),
    tasks: [t1],
  },
  // Keys and values, YAML, XML
  { name: 'key=value', text: `task_id=${t1}`, tasks: [t1] },
  { name: 'a name in camel case', text: `agentTaskId: ${t1}, browserProfileId: ${x}`, tasks: [t1] },
  {
    name: 'logfmt',
    text: `ts=2026-01-13T12:00:00Z level=info pid=4312 task_id=${t1} session_id=${s1} user=${x} status=200`,
    tasks: [t1],
  },
  {
    name: 'other things',
    text: `user=${x} task=${t1} workspace_id=${s1} profile: ${s2}`,
    tasks: [t1],
  },
  {
    name: 'nothing but other things',
    text: `workspaceId=${x} file_id=${s1} project ${s2}`,
    messagePattern: /something else/u,
  },
  {
    name: 'YAML',
    text: `- id: ${t1}\n  session_id: ${s1}\n- session_id: ${s2}\n`,
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'YAML, with the line ends of Windows',
    text: `- id: ${t1}\r\n  session_id: ${s1}\r\n- session_id: ${s2}\r\n`,
    tasks: [t1],
    sessions: [s2],
  },
  { name: 'YAML, nested', text: `session:\n  id: ${s1}\n`, sessions: [s1] },
  { name: 'XML', text: `<task><id>${t1}</id><user>${x}</user></task>`, tasks: [t1] },
  {
    name: 'arguments of a program',
    text: `run.py --session-id ${s1} --session ${s2}`,
    sessions: [s1, s2],
  },
  // Logs
  {
    name: 'a log line',
    text: `2026-01-13 12:00:01,123 [INFO] pid 4312 worker-3: Task ${t1} started (HTTP 200, 42 ms)`,
    tasks: [t1],
  },
  {
    name: 'a log of both',
    text: `12:00:01 Task ${t1} started in session ${s1}\n12:00:05 Session ${s2} started`,
    tasks: [t1],
    sessions: [s2],
  },
  {
    name: 'JSON behind words',
    text: `task ${t1} payload={"session_id":"${s1}"}`,
    tasks: [t1],
  },
  {
    name: 'a link to where a task runs',
    text: `Task ${t1} is at ${dashboard}/agent/${s1}`,
    tasks: [t1],
  },
  { name: 'a path of the API', text: `GET /api/v2/tasks2 for ${t1}`, tasks: [t1] },
  { name: 'words of a state', text: `Session created: ${s1}`, sessions: [s1] },
  { name: 'a sentence before it', text: `I closed the file. ${t1}`, tasks: [t1] },
  { name: 'a number before it', text: `user 4312 ${t1}`, tasks: [t1] },
  { name: 'a version of something else before it', text: `app v3 ${t1}`, tasks: [t1] },
  { name: 'an unknown name beside a session', text: `job ${t1} session ${s1}`, tasks: [t1] },
  { name: 'an ID by two names', text: `session ${s1}\nuser ${s1}`, sessions: [s1] },
  {
    name: 'brackets',
    text: `[2026-01-13] [task=${t1}] [session=${s1}] [user=${x}] ok`,
    tasks: [t1],
  },
  {
    name: 'a line cut within brackets',
    text: `INFO payload={"a": [1, 2\nsession ${s1} started\ntask ${t1} started`,
    tasks: [t1],
    sessions: [s1],
  },
  {
    name: 'an access log',
    text: `10.0.0.1 - - [13/Jan/2026:12:00:00 +0000] "GET /api/v1/task/${t1}/status HTTP/1.1" 200 512`,
    tasks: [`v1/${t1}`],
  },
  { name: 'names joined to IDs', text: `task_${t1} session-${s1}.log`, tasks: [t1] },
  {
    name: 'hashes and traces',
    text: `commit ${x.replaceAll('-', '')} md5=${s1.replaceAll('-', '')} etag: "${s2.replaceAll('-', '')}" task ${t1}`,
    tasks: [t1],
  },
  {
    name: 'a trace’s parent',
    text: `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ${t1}`,
    tasks: [t1],
  },
  {
    name: 'a container',
    text: `docker run 3f4e1c2b9a8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f as ${t1}`,
    tasks: [t1],
  },
  { name: 'a short form beside the whole', text: `[0b5ad6a5-8a4f…] 0b5ad6a5…: ${t1}`, tasks: [t1] },
  // Tables
  {
    name: 'CSV',
    text: `id,session_id,user_id,status\n${t1},${s1},${x},finished\n${t2},${s2},${x},failed`,
    tasks: [t1, t2],
  },
  {
    name: 'CSV with quotes',
    text: `"Session","Prompt"\n"${s1}","Buy milk, eggs"\n`,
    sessions: [s1],
  },
  { name: 'CSV with other signs', text: `Session,Prompt\n${s1},Buy milk; eggs`, sessions: [s1] },
  { name: 'columns over what has none', text: `User,Prompt\n${t1}`, tasks: [t1] },
  { name: 'a sentence with a comma', text: `I saw this user, too\n${t1}, yes`, tasks: [t1] },
  { name: 'tabs', text: `Task ID\tUser\n${t1}\t${x}\n`, tasks: [t1] },
  {
    name: 'a Markdown table',
    text: `| Session | Task | Profile |\n|---|:--|---|\n| ${s1} | \`${t1}\` | ${x} |`,
    tasks: [t1],
  },
  {
    name: 'a table of sessions',
    text: `| # | Session |\n|---|---|\n| 1 | ${s1} |\n| 2 | ${s2} |`,
    sessions: [s1, s2],
  },
  {
    name: 'a drawn table',
    text: `┌────┬────┐\n│ session_id │ status │\n├────┼────┤\n│ ${s1} │ active │\n└────┴────┘`,
    sessions: [s1],
  },
  { name: 'psql', text: ` id | user_id \n----+----\n ${t1} | ${x}\n(1 row)`, tasks: [t1] },
  { name: 'a cell that is named', text: `User,Session\n${x},task ${t1}`, tasks: [t1] },
  { name: 'a line of a few words', text: `Last message\n${t1}`, tasks: [t1] },
  // Links
  {
    name: 'a Markdown link',
    text: `[the run](${dashboard}/agent/${s1})\n[next](${dashboard}/tasks/${t1})`,
    tasks: [t1],
    sessions: [s1],
  },
  { name: 'a link of Slack', text: `<${dashboard}/agent/${s1}|my session>`, sessions: [s1] },
  { name: 'a link that ends a sentence', text: `See ${dashboard}/agent/${s1}.`, sessions: [s1] },
  { name: 'a link before three dots', text: `See ${dashboard}/agent/${s1}...`, sessions: [s1] },
  {
    name: 'pages of sessions',
    text: `${dashboard}/session/${s1} ${dashboard}/sessions/${s2}`,
    sessions: [s1, s2],
  },
  { name: 'a link without its scheme', text: `cloud.browser-use.com/agent/${s1}`, sessions: [s1] },
  {
    name: 'a shared page without its scheme',
    text: `cloud.browser-use.com/share/v4/${x}`,
    messagePattern: /something else/u,
  },
  {
    name: 'a page of v3',
    text: `${dashboard}/experimental/session/${x}`,
    tasks: [`v3/${x}`],
  },
  { name: 'a page of something else', text: `${dashboard}/files/${x} ${t1}`, tasks: [t1] },
  {
    name: 'links of the API',
    text: `${api}/v2/tasks/${t1}/status ${api}/v1/task/${t2} ${api}/v2/sessions/${s1}`,
    tasks: [`v2/${t1}`, `v1/${t2}`],
    sessions: [s1],
  },
  {
    name: 'a server of one’s own',
    text: `http://10.0.0.5:8000/x/api/v1/task/task_12345`,
    tasks: ['v1/task_12345'],
  },
  {
    name: 'a link and the ID alone',
    text: `GET ${api}/v1/task/${t1}\n${t1} finished`,
    tasks: [`v1/${t1}`],
  },
  { name: 'a file of a task', text: `${api}/v2/files/tasks/${t1}/output-files/${x}`, tasks: [t1] },
  {
    name: 'other sites',
    text: `https://jira.example/browse/${x} https://bucket.s3.example/${s1}/a.png?X-Amz=1 task ${t1}`,
    tasks: [t1],
  },
  {
    name: 'a parameter of another site',
    text: `https://grafana.example/d/${x}?var-task_id=${t1}&session=${s1}`,
    tasks: [t1],
  },
  {
    name: 'a link within a link',
    text: `https://www.google.com/url?q=https%3A%2F%2Fcloud.browser-use.com%2Fagent%2F${s1}&sa=D`,
    sessions: [s1],
  },
  {
    name: 'only another site',
    text: `https://jira.example/browse/${x}`,
    messagePattern: /no task ID in this URL/u,
  },
  { name: 'a shared page', text: `${dashboard}/share/v4/${bare}`, messagePattern: /shared page/u },
  {
    name: 'a shared page beside a task',
    text: `${dashboard}/share/v4/${bare} ${t1}`,
    tasks: [t1],
    messagePattern: /shared page/u,
  },
  {
    name: 'links of no interest beside one',
    text: `ftp://a.example/1 https://[ ${t1}`,
    tasks: [t1],
  },
  {
    name: 'two IDs of a page, of which it says nothing',
    text: `${dashboard}/new/${t1}/${t2}`,
    messagePattern: /no task ID in this URL/u,
  },
  {
    name: 'a live browser',
    text: `https://live.browser-use.com?wss=https%3A%2F%2F${x}.cdp0.browser-use.com`,
    messagePattern: /^1 piece .*live browser/u,
  },
  {
    name: 'a live browser beside its task',
    text: `task ${t1} live at https://cloud.browser-use.com/live?wss=wss%3A%2F%2F${x}.cdp.browser-use.com&task=${t2}`,
    tasks: [t1],
  },
  {
    name: 'a v4 run',
    text: `${api}/v4/runs/${x}`,
    tasks: [`v4/${x}`],
  },
  {
    name: 'a v3 session, which is a task',
    text: `${api}/v3/sessions/${x} ${t1}`,
    tasks: [t1, `v3/${x}`],
  },
  { name: 'a v4 session', text: `${api}/v4/sessions/${x}`, sessions: [x] },
  {
    name: 'a v4 run, and its ID alone',
    text: `GET /api/v4/runs/${x} 200\nrun ${x} is running`,
    tasks: [`v4/${x}`],
  },
  {
    name: 'a run of a version of tomorrow',
    text: `${api}/v5/runs/${x}`,
    messagePattern: /API v5, which this extension does not support yet/u,
  },
  { name: 'versions before IDs', text: `v1:${t1} v2/${t2}`, tasks: [`v1/${t1}`, `v2/${t2}`] },
  {
    name: 'a version before what is no UUID',
    text: `v1:task_12345 ${t1}`,
    tasks: ['v1/task_12345', t1],
  },
  {
    name: 'a version before what is no UUID, and a session',
    text: `v1:task_12345 ${dashboard}/agent/${s1}`,
    tasks: ['v1/task_12345'],
    sessions: [s1],
  },
  // Appearance
  { name: 'colour codes', text: `${esc}[1;32mtask${esc}[0m=${esc}[36m${t1}${esc}[0m`, tasks: [t1] },
  { name: 'colour codes without their escape', text: `session=[36m${s1}[0m`, sessions: [s1] },
  { name: 'colour codes spelled out', text: `{"log":"\\u001b[32m${t1}\\u001b[0m"}`, tasks: [t1] },
  {
    name: 'a terminal’s link',
    text: `${esc}]8;;${dashboard}/agent/${s1}${esc}\\the session${esc}]8;;${esc}\\`,
    sessions: [s1],
  },
  {
    name: 'invisible characters',
    text: `\ufeff${t1.slice(0, 8)}\u200b${t1.slice(8)}\u2060 \u202a${t2}\u202c`,
    tasks: [t1, t2],
  },
  {
    name: 'typographic hyphens',
    text: `${t1.replaceAll('-', '–')} ${t2.replaceAll('-', '\u2011')}`,
    tasks: [t1, t2],
  },
  { name: 'typographic quotes', text: `“session_id”: “${s1}”`, sessions: [s1] },
  { name: 'narrow blanks', text: `${t1}\u00a0${t2}`, tasks: [t1, t2] },
  { name: 'upper case', text: `{${t1.toUpperCase()}}`, tasks: [t1] },
  { name: 'no hyphens', text: bare, tasks: [t1] },
  { name: 'all its forms', text: `${t1} ${bare} ${t1.toUpperCase()} urn:uuid:${t1}`, tasks: [t1] },
  { name: 'emoji and arrows', text: `✅ ${t1} → 🚀${t2}`, tasks: [t1, t2] },
  { name: 'another script', text: `任务：${t1}`, tasks: [t1] },
  { name: 'a quoted mail', text: `> > task ${t1}\n> session ${s1}`, tasks: [t1], sessions: [s1] },
  // What is none
  {
    name: 'a mail address',
    text: `reply+${x}@mail.example, ${s1}@example.com and ${t1}`,
    tasks: [t1],
  },
  { name: 'a host', text: `${x}.cdp0.browser-use.com:443 ${t1}`, tasks: [t1] },
  {
    name: 'a curl command with its key',
    text: `curl -H "X-Browser-Use-API-Key: bu_${x.replaceAll('-', '')}" ${api}/v2/tasks/${t1}`,
    tasks: [`v2/${t1}`],
  },
  {
    name: 'a key of another kind',
    text: `curl -H "Authorization: Bearer abcdef0123456789"`,
    messagePattern: /3 more are left out/u,
  },
  {
    name: 'dates, counts, numbers',
    text: '2026-01-13 20260113T120000Z 4312 200',
    messagePattern: /is a (?:date|number), not a task ID/u,
  },
  { name: 'no object at all', text: `00000000-0000-0000-0000-000000000000`, messagePattern: /./u },
  { name: 'a UUID that is cut', text: t1.slice(0, 30), messagePattern: /not a whole UUID/u },
  { name: 'a UUID’s first digits', text: t1.slice(0, 8), messagePattern: /not a whole UUID/u },
  { name: 'two groups of a UUID', text: t1.slice(0, 14), messagePattern: /not a whole UUID/u },
  { name: 'a UUID joined to another', text: `${t1}-${t2} ${s1}`, tasks: [s1] },
  {
    name: 'a UUID with an ellipsis',
    text: `${t1.slice(0, 8)}…`,
    messagePattern: /not a whole UUID/u,
  },
  {
    name: 'a UUID cut in its middle',
    text: `${t1.slice(0, 8)}...${t1.slice(-4)}`,
    messagePattern: /not a whole UUID/u,
  },
  {
    name: 'a cut UUID among whole ones',
    text: `${t1}, ${t2.slice(0, 23)}`,
    tasks: [t1],
    messagePattern: /not a whole UUID/u,
  },
  {
    name: 'a longer UUID among whole ones',
    text: `${t1}, ${t2}ab`,
    tasks: [t1],
    messagePattern: /not a whole UUID/u,
  },
  {
    name: 'a UUID with three dots among whole ones',
    text: `${t1}, ${t2.slice(0, 7)}...`,
    tasks: [t1],
    messagePattern: /not a whole UUID/u,
  },
  {
    name: 'a UUID with an ellipsis among whole ones',
    text: `${t1}, ${t2.slice(0, 7)}…`,
    tasks: [t1],
    messagePattern: /not a whole UUID/u,
  },
  { name: 'a short hash among them', text: `commit 1a2b3c4d task ${t1}`, tasks: [t1] },
  { name: 'a UUID with too many digits', text: `${t1}ab`, messagePattern: /not a whole UUID/u },
  { name: 'hex digits, too few', text: bare.slice(1), messagePattern: /not a whole UUID/u },
  // Without UUIDs
  {
    name: 'IDs of v1’s documents',
    text: 'task_1234567890abcdef, v1:task_2',
    tasks: ['task_1234567890abcdef', 'v1/task_2'],
  },
];
