import { LanguageModelTextPart, LanguageModelToolResult, lm } from 'vscode';
import type { Disposable } from '../core/base/event';
import { disposeAll } from '../core/base/event';
import type { LazyFeatures } from './lazyFeatures';

/**
 * Registers the tools of package.json for language models, where the editor has such tools. What they do is loaded at the
 * first call.
 */
export function registerTools(
  names: readonly string[],
  features: Pick<LazyFeatures, 'get'>,
): Disposable {
  const registered = names.map((name) =>
    (lm as Partial<typeof lm> | undefined)?.registerTool?.<unknown>(name, {
      prepareInvocation: async ({ input }) => (await features.get()).prepareTool(name, input),
      invoke: async ({ input }, token) => {
        const text = await (await features.get()).invokeTool(name, input, token);
        return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
      },
    }),
  );
  return {
    dispose() {
      disposeAll(registered.filter((each) => each !== undefined));
    },
  };
}
