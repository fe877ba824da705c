import { isRobot } from '#mail/name';

/**
 * Robots whose notices are trusted, by address: anybody can write "[tip: ...]" or use the name patchwork-bot. From: does not
 * authenticate a mail either (docs/THREATS.md), so pages name the sender of a notice.
 */
const NOTICES: readonly RegExp[] = [
  /^tip-?bot2?@(?:linutronix\.de|zytor\.com|kernel\.org)$/,
  /^tipbot@zytor\.com$/,
  /^akpm@(?:linux-foundation\.org|osdl\.org|digeo\.com)$/,
  /^(?:noreply|notifications?)@(?:kernel\.org|linutronix\.de)$/,
  /^sashal@kernel\.org$/,
  /^gregkh@(?:linuxfoundation\.org|suse\.de)$/,
  /^patch-notifications@ellerman\.id\.au$/,
];
const PATCHWORK = /^patchwork-bot\+[\w.-]+@(?:kernel\.org|linaro\.org)$/;
const PR_TRACKER = /^pr-tracker-bot@kernel\.org$/;

/** Whether this is a tree's robot, which may report in its form that a patch was applied. */
export const isNoticeRobot = (address: string) => NOTICES.some((pattern) => pattern.test(address));
export const isPatchwork = (address: string) => PATCHWORK.test(address);
export const isPrTracker = (address: string) => PR_TRACKER.test(address);
/** Whether this is any known robot. */
export const isKnownRobot = (address: string) => isNoticeRobot(address) || isPatchwork(address) || isPrTracker(address);
/** Whether this is any program, whose words are never a person's. Robots that use a person's name are known by their address. */
export const isMachine = (name: string, address: string) =>
  isRobot(name, address) || /^(?:lkp|syzbot|kernelci|sashal\+autosel)/.test(address);
