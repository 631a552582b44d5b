/** How a location's failure ends where the rules of fetching do not list its host. */
export const hostNotListed = ' is not listed';
/** How it ends where every address of the host is private, and the host is not listed as one that may have such an address. */
export const onlyInside = ' has no address that may be used';
