/** The script that loads and wraps the module, which the build puts in this place. */
declare module "safr-module";
