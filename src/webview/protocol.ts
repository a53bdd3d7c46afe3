/** Placeholder of the message unions between the details panel and its page. */
export type ToPage = { readonly type: 'details' };
