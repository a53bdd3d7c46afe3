import { randomUUID } from 'node:crypto';
import { emptyAnswer, ErrorAnswer, invalid, jsonAnswer } from './answer';
import { checkBody, integer, list, nullable, record, text } from './bodyFields';
import { opaqueCursor, readCursor } from './cursor';
import { flagQuery, integerQuery, isObject, objectBody, uuidParameter } from './parameters';
import { uploadPath, workspaceFilePath } from './storedObjects';
import { v4Route } from './v4Guard';
import { filesOf, sizeOf } from './workspaceFiles';
import type { FieldCheck } from './bodyFields';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { Workspace, WorkspaceFile } from './workspace';

/** A link to a file of a workspace lives for so long. @see OpenAPI documents of v3 and v4, `FileInfo` */
const fileLinkSeconds = 60;
const uploadLinkSeconds = 300;
const maxWorkspaceBytes = 10 * 1024 ** 3;

/** The routes of workspaces, which differ little between v3 and v4. @see cloud-api-v3-v4.md §4 and §5 */
export function workspaceRoutes(context: RouteContext, version: 'v3' | 'v4'): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route => {
    const [method = '', path = ''] = name.split(' ');
    // Of v4's routes, only those of files serve no project with Zero Data Retention.
    return version === 'v4' && path.includes('/files')
      ? v4Route(context, `${method} /workspaces${path}`, answer)
      : { name: `${method} /api/${version}/workspaces${path}`, auth: version, answer };
  };
  const workspaceOf = (request: ApiRequest): Workspace => {
    const workspace = cloud.workspaces.get(uuidParameter(request, 'workspace_id'));
    if (!workspace || workspace.isArchived) throw new ErrorAnswer(404, 'Workspace not found');
    return workspace;
  };
  const nameIn = (request: ApiRequest): string | null => {
    const body = request.body.length === 0 ? {} : objectBody(request);
    checkBody(body, { fields: { name: nullable(text({ most: 100 })) }, isClosed: false });
    return typeof body['name'] === 'string' ? body['name'] : null;
  };
  const view = (workspace: Workspace): Record<string, unknown> => ({
    id: workspace.id,
    name: workspace.name,
    ...(version === 'v4' ? { archived: workspace.isArchived } : {}),
    createdAt: context.moment(workspace.createdAtMs),
    updatedAt: context.moment(workspace.updatedAtMs),
  });

  const routes = [
    route('POST ', (request) => {
      const created = cloud.addWorkspace({ name: nameIn(request) });
      return jsonAnswer(version === 'v3' ? 201 : 200, view(created));
    }),
    route('GET /{workspace_id}', (request) => jsonAnswer(200, view(workspaceOf(request)))),
    route('PATCH /{workspace_id}', (request) => {
      const workspace = workspaceOf(request);
      workspace.name = nameIn(request);
      workspace.updatedAtMs = cloud.clock.now();
      return jsonAnswer(200, view(workspace));
    }),
    route('DELETE /{workspace_id}', (request) => {
      workspaceOf(request).isArchived = true;
      return emptyAnswer(204);
    }),
    route('GET /{workspace_id}/size', (request) => {
      const bytes = filesOf(cloud, workspaceOf(request)).map(sizeOf);
      const usedBytes = bytes.reduce((sum, size) => sum + size, 0);
      return jsonAnswer(200, { usedBytes, maxBytes: maxWorkspaceBytes });
    }),
    route('GET /{workspace_id}/files', (request) =>
      jsonAnswer(200, fileList(context, version, workspaceOf(request), request)),
    ),
    route('DELETE /{workspace_id}/files', (request) => {
      const workspace = workspaceOf(request);
      const path = request.query.get('path');
      if (path === null) throw invalid(['query', 'path'], 'missing', 'Field required');
      workspace.deletedPaths.add(path);
      return emptyAnswer(204);
    }),
    route('POST /{workspace_id}/files/upload', (request) =>
      jsonAnswer(200, { files: announce(context, version, workspaceOf(request), request) }),
    ),
  ];
  const listRoute = route('GET ', (request) => {
    const pageSize = integerQuery(request, 'pageSize', { least: 1, most: 100, fallback: 10 });
    const pageNumber = integerQuery(request, 'pageNumber', { least: 1, fallback: 1 });
    const all = [...cloud.workspaces.values()].filter(({ isArchived }) => !isArchived).toReversed();
    const first = (pageNumber - 1) * pageSize;
    const items = all.slice(first, first + pageSize).map(view);
    return jsonAnswer(200, { items, totalItems: all.length, pageNumber, pageSize });
  });
  return version === 'v3' ? [...routes, listRoute] : routes;
}

function fileList(
  context: RouteContext,
  version: 'v3' | 'v4',
  workspace: Workspace,
  request: ApiRequest,
): Record<string, unknown> {
  const prefix = request.query.get('prefix') ?? '';
  const limit = integerQuery(request, 'limit', { least: 1, most: 100, fallback: 50 });
  const cursor = request.query.get('cursor');
  const [afterPath] = cursor === null ? [''] : readCursor(cursor, [''] as const);
  const includesUrls = flagQuery(request, 'includeUrls', false);
  const isShallow = version === 'v3' && flagQuery(request, 'shallow', false);
  const inPrefix = filesOf(context.cloud, workspace).filter(({ path }) => path.startsWith(prefix));
  const folderOf = ({ path }: WorkspaceFile): string | undefined =>
    /^\/?([^/]+)\//.exec(path.slice(prefix.length))?.[1];
  const folders = new Set(inPrefix.map(folderOf).filter((folder) => folder !== undefined));
  const files = isShallow ? inPrefix.filter((file) => folderOf(file) === undefined) : inPrefix;
  const after = files.filter(({ path }) => path > afterPath);
  const page = after.slice(0, limit);
  const hasMore = after.length > page.length;
  const link = (path: string): string =>
    context.presigner.sign(workspaceFilePath(workspace.id, path), {
      lifetimeSeconds: fileLinkSeconds,
      isUnique: true,
    });
  return {
    files: page.map((file) => ({
      path: file.path,
      size: sizeOf(file),
      lastModified: context.moment(file.modifiedAtMs),
      url: includesUrls ? link(file.path) : null,
    })),
    ...(version === 'v3' ? { folders: [...folders] } : {}),
    nextCursor: hasMore ? opaqueCursor([page.at(-1)?.path ?? '']) : null,
    hasMore,
  };
}

function announce(
  context: RouteContext,
  version: 'v3' | 'v4',
  workspace: Workspace,
  request: ApiRequest,
): Record<string, unknown>[] {
  const body = objectBody(request);
  const isV4 = version === 'v4';
  const size = integer({ least: 1, most: isV4 ? 52_428_800 : Number.MAX_SAFE_INTEGER });
  const item: FieldCheck = record({
    fields: {
      name: text({ least: 1, most: 255 }),
      contentType: text({ most: 255 }),
      size: isV4 ? size : nullable(size),
    },
    required: isV4 ? ['name', 'size'] : ['name'],
    isClosed: false,
  });
  checkBody(body, { fields: { files: list(item, 10) }, required: ['files'], isClosed: false });
  const items = (body['files'] as unknown[]).filter(isObject);
  if (items.length === 0) {
    const msg = 'List should have at least 1 item after validation, not 0';
    throw invalid(['body', 'files'], 'too_short', msg);
  }
  const folder = isV4 ? 'uploads/' : (request.query.get('prefix') ?? '');
  const paths = new Set(filesOf(context.cloud, workspace).map(({ path }) => path));
  const planned = items.map((file) => {
    const name = String(file['name']);
    const storedName = name.replace(/[^\p{L}\p{N}._-]/gu, '_');
    const path = `${folder}${isV4 ? storedName : name}`;
    return { file, name, storedName, path, willOverride: paths.has(path) };
  });
  if (body['allowOverrides'] === false && planned.some(({ willOverride }) => willOverride)) {
    throw new ErrorAnswer(409, 'A file of this name exists already');
  }
  return planned.map(({ file, name, storedName, path, willOverride }) => {
    const id = randomUUID();
    const { contentType } = file;
    workspace.uploads.set(id, {
      id,
      name,
      path,
      contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
      size: typeof file['size'] === 'number' ? file['size'] : undefined,
      content: undefined,
      uploadedAtMs: undefined,
    });
    const uploadUrl = context.presigner.sign(uploadPath(workspace.id, id), {
      lifetimeSeconds: uploadLinkSeconds,
      isUnique: true,
    });
    return isV4
      ? { id, name, storedName, path, willOverride, uploadUrl }
      : { name, uploadUrl, path };
  });
}
