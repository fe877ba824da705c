/**
 * The environment in which the server runs git: nothing from the server's environment, no settings of its user or machine. `safe` is the
 * repository whose owner may be another user (safe.directory of git-config(1)), `*` for any.
 */
export const gitEnvironment = (safe: string) => ({
  NODE_ENV: 'production' as const,
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: safe,
  GIT_NO_REPLACE_OBJECTS: '1',
});
