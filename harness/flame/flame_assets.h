/* The style sheets and scripts of this folder, as texts. */
#ifndef CUPEL_FLAME_FLAME_ASSETS_H
#define CUPEL_FLAME_FLAME_ASSETS_H

extern const char flame_assets_style[],
    flame_assets_script[]; /* flame.css; flame_view.js and flame.js */
extern const char flame_assets_page_style[], flame_assets_page_script[]; /* flame_page.* */

#endif
