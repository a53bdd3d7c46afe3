// esbuild gathers the styles that modules import into one file beside the script.
declare module '*.css';
