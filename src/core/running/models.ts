import type { ApiVersion } from '../cloud/task';

/**
 * Models that the cloud is known to take, the usual ones first: suggestions, as it takes others every month.
 * @see openapi v2 SupportedLLMs, v3 BuModel, v4 RunCreateRequest.model (newer document)
 */
const models: Readonly<Record<ApiVersion, readonly string[]>> = {
  v4: [
    'gpt-6-luna',
    'gpt-5.6-luna',
    'minimax-m3',
    'claude-sonnet-5',
    'claude-opus-5',
    'claude-opus-4.8',
    'gemini-3.6-flash',
    'gemini-3.5-flash',
    'gemini-3.1-pro',
    'gpt-5.6',
    'grok-4.6',
    'glm-5.2',
    'kimi-k3',
    'bu-fast',
    'bu-ultrafast',
  ],
  v3: [
    'claude-opus-4.7',
    'claude-opus-4.6',
    'claude-sonnet-4.6',
    'gemini-3-flash',
    'gpt-5.4-mini',
    'bu-mini',
    'bu-max',
    'bu-ultra',
  ],
  v2: [
    'browser-use-2.0',
    'browser-use-llm',
    'claude-sonnet-4-6',
    'claude-opus-4-7',
    'gemini-3-pro-preview',
    'gemini-3-flash-preview',
    'gemini-flash-latest',
    'gpt-4.1',
    'gpt-4.1-mini',
    'o3',
    'o4-mini',
  ],
  v1: ['gpt-4o', 'gpt-4.1', 'gemini-2.5-flash', 'claude-sonnet-4-20250514'],
};

/** Names of models to offer beside whatever else a person types. */
export function suggestedModels(apiVersion: ApiVersion): readonly string[] {
  return models[apiVersion];
}
