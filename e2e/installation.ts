/** The installation that the browser tests start: its first admin, and a port that nothing else here uses. */
export const admin = {
  email: "admin@example.com",
  password: "a password for the tests",
  token: "slc_token-of-the-browser-tests-0000000",
};

export const port = Number(process.env.SLUICE_E2E_PORT ?? 3917);
